-- Sends a file to a conversation that Messages already has.
-- Arguments: 1 the chat's guid, 2 the file's absolute path, in a folder that Messages may read.
-- Prints as send-text-to-chat does.
on run argv
	set chatGuid to item 1 of argv
	-- Made outside the tell block: inside, Messages would be asked what a POSIX file is.
	set theFile to POSIX file (item 2 of argv)
	with timeout of 25 seconds
		try
			tell application "Messages" to set target to (get chat id chatGuid)
		on error reason number code
			return "unresolved " & code & " " & reason
		end try
		tell application "Messages" to send theFile to target
	end timeout
	return "sent"
end run
