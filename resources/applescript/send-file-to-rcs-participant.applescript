-- Sends a file to one person by RCS, whether or not there is a conversation yet.
-- Arguments: 1 the phone number, 2 the file's absolute path, in a folder that Messages may read.
-- Prints as send-text-to-chat does; -2753 when this Mac has no account for RCS. In a file of its own, because a
-- Messages that does not know RCS (before macOS 15) makes of its name an error: when this is compiled (-2741), or
-- when it is run, as a variable that nobody set (-2753).
on run argv
	set address to item 1 of argv
	-- Made outside the tell block: inside, Messages would be asked what a POSIX file is.
	set theFile to POSIX file (item 2 of argv)
	with timeout of 25 seconds
		try
			tell application "Messages"
				try
					set theAccount to first account whose service type is RCS
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
		tell application "Messages" to send theFile to target
	end timeout
	return "sent"
end run
