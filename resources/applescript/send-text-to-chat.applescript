-- Sends text to a conversation that Messages already has.
-- Arguments: 1 the chat's guid, 2 the text. Nothing is ever interpolated into this script.
-- Prints "unresolved NUMBER MESSAGE" when the chat could not be reached (nothing has left),
-- "sent" when Messages took the message. An error after that point ends the script with its number.
on run argv
	set chatGuid to item 1 of argv
	set messageText to item 2 of argv
	with timeout of 25 seconds
		try
			tell application "Messages" to set target to (get chat id chatGuid)
		on error reason number code
			return "unresolved " & code & " " & reason
		end try
		tell application "Messages" to send messageText to target
	end timeout
	return "sent"
end run
