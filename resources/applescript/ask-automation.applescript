-- Asks Messages for something that changes nothing, to learn whether macOS lets Bellhop control it. Where macOS was
-- never asked, it shows its own question and this waits for the person's answer.
-- Arguments: none.
-- Prints "on", or "unresolved NUMBER MESSAGE": -1743 no, -1744 not asked yet, -600 Messages does not run.
on run argv
	with timeout of 100 seconds
		try
			-- Not its name or version: macOS tells these without an Apple event.
			tell application "Messages" to count accounts
		on error reason number code
			return "unresolved " & code & " " & reason
		end try
	end timeout
	return "on"
end run
