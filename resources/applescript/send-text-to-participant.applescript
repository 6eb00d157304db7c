-- Sends text to one person, whether or not there is a conversation yet.
-- Arguments: 1 the phone number or Apple ID, 2 the service ("iMessage" or "SMS"), 3 the text.
-- Prints as send-text-to-chat does; -2753 when this Mac has no account for the service. The participant is always
-- taken of an account: without one the message may leave silently as SMS.
on run argv
	set address to item 1 of argv
	set serviceName to item 2 of argv
	set messageText to item 3 of argv
	with timeout of 25 seconds
		try
			tell application "Messages"
				try
					if serviceName is "SMS" then
						set theAccount to first account whose service type is SMS
					else
						set theAccount to first account whose service type is iMessage
					end if
				on error reason number code
					-- "No such object" here is the account, not the person.
					if code is -1719 or code is -1728 then set code to -2753
					error reason number code
				end try
				set target to participant address of theAccount
			end tell
		on error reason number code
			return "unresolved " & code & " " & reason
		end try
		tell application "Messages" to send messageText to target
	end timeout
	return "sent"
end run
