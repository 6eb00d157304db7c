-- Marks a conversation as read, in Messages' window by Accessibility. Experimental. (Opening it does not.)
-- Arguments: 1 the chat's guid, 2 the other side's address, empty for a group, 3 what the window may be called, one
-- title a line.
-- Prints "unresolved NUMBER MESSAGE" when nothing was done, "done" when the command was given or there is nothing to
-- mark; an error after that point ends the script with its number.
property chatKitBundle : "/System/iOSSupport/System/Library/PrivateFrameworks/ChatKit.framework"

on run argv
	set chatGuid to item 1 of argv
	set theAddress to item 2 of argv
	set theTitles to item 3 of argv
	with timeout of 5 seconds
		try
			assertAccess()
			set readLabels to labelsOf("MARK_AS_READ", "ChatKit", chatKitBundle, "Mark as Read") & {"Mark All as Read"}
			set unreadLabels to labelsOf("MARK_AS_UNREAD", "ChatKit", chatKitBundle, "Mark as Unread")
			openThread(chatGuid, theAddress, theTitles)
			set theItem to itemOfShiftCommandU()
			set theName to attributeOf(theItem, "AXTitle")
			-- One command for both: it says what it would do now.
			if theName is in unreadLabels then return "done"
			if theName is not in readLabels then error "Messages offers no command that marks as read" number -1728
			if not isShown(theAddress, theTitles) then error "Messages shows something else now" number -1728
		on error reason number code
			return unresolved(reason, code)
		end try
		tell application "System Events" to click theItem
	end timeout
	return "done"
end run

-- By its keys, which are the same in every language.
on itemOfShiftCommandU()
	set justShift to 1
	tell application "System Events"
		repeat with aBarItem in (get menu bar items of menu bar 1 of (my messagesProcess()))
			repeat with anItem in (get menu items of menu 1 of aBarItem)
				set theItem to contents of anItem
				if my attributeOf(theItem, "AXMenuItemCmdChar") is "U" and my attributeOf(theItem, "AXMenuItemCmdModifiers") is justShift then return theItem
			end repeat
		end repeat
	end tell
	error "Messages has no command for Shift-Command-U" number -1728
end itemOfShiftCommandU

-- Access was proved first, so that "invalid index" means no more here than that something is not on the screen.
on unresolved(reason, code)
	if code is -1719 then set code to -1728
	return "unresolved " & code & " " & reason
end unresolved

-- Without Accessibility every look at a window is refused; the Dock's is always there.
on assertAccess()
	try
		tell application "System Events" to count UI elements of (first application process whose bundle identifier is "com.apple.dock")
	on error reason number code
		if code is -1719 then set code to -25211
		error reason number code
	end try
end assertAccess

-- Opens a conversation, and waits until the window has its title.
on openThread(chatGuid, theAddress, theTitles)
	if theAddress is "" then
		set theDelimiters to AppleScript's text item delimiters
		set AppleScript's text item delimiters to ";"
		set theIdentifier to last text item of chatGuid
		set AppleScript's text item delimiters to theDelimiters
		open location ("imessage:open?groupid=" & my encoded(theIdentifier))
	else
		open location ("imessage:open?address=" & my encoded(theAddress))
	end if
	delay 0.5
	set giveUpAt to (current date) + 8
	repeat while (current date) < giveUpAt
		if my isShown(theAddress, theTitles) then return
		delay 0.2
	end repeat
	error "Messages does not show this conversation" number -1728
end openThread

on isShown(theAddress, theTitles)
	try
		set theTitle to my attributeOf(my messagesWindow(), "AXTitle")
	on error
		return false
	end try
	if theTitle is missing value or theTitle is "" then return false
	considering case
		if theTitle is in (paragraphs of theTitles) then return true
	end considering
	-- A number that has no name is shown with spaces, brackets and dashes.
	return theAddress starts with "+" and my digitsOf(theTitle) is my digitsOf(theAddress)
end isShown

-- The digits of a phone number however it is typeset; nothing for a text that is none.
on digitsOf(theText)
	set theDigits to ""
	repeat with aCharacter in (characters of theText)
		set theCharacter to contents of aCharacter
		if "0123456789" contains theCharacter then
			set theDigits to theDigits & theCharacter
		else if id of theCharacter is not in {32, 40, 41, 43, 45, 46, 160, 8209, 8234, 8236} then
			return ""
		end if
	end repeat
	return theDigits
end digitsOf

-- Percent-encoded for a link, but for a phone number's plus; what is not ASCII is in no guid and no address.
on encoded(theText)
	set theResult to ""
	repeat with aCharacter in (characters of theText)
		set theCharacter to contents of aCharacter
		set theNumber to id of theCharacter
		if theNumber < 33 or theNumber > 126 then error "no link can be made of this" number -1728
		if "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-._~@" contains theCharacter then
			set theResult to theResult & theCharacter
		else
			set theHigh to character ((theNumber div 16) + 1) of "0123456789ABCDEF"
			set theLow to character ((theNumber mod 16) + 1) of "0123456789ABCDEF"
			set theResult to theResult & "%" & theHigh & theLow
		end if
	end repeat
	return theResult
end encoded

-- What macOS calls something in the person's language, by its key in macOS' own tables; else in English. Where neither
-- is what Messages shows, nothing is found and nothing is done.
on labelsOf(theKey, theTable, theBundle, theEnglish)
	set theLabels to {theEnglish}
	try
		set theLabel to localized string theKey from table theTable in bundle (POSIX file theBundle)
		if theLabel is not theKey then set theLabels to {theLabel, theEnglish}
	end try
	return theLabels
end labelsOf

-- The window with the conversations. Asked for anew each time: a window is known by its title, which changes.
on messagesWindow()
	tell application "System Events"
		repeat with aWindow in (get windows of (my messagesProcess()))
			if my attributeOf(contents of aWindow, "AXIdentifier") is "SceneWindow" then return contents of aWindow
		end repeat
	end tell
	error "Messages shows no window" number -1728
end messagesWindow

-- By its bundle: its name is another one in other languages.
on messagesProcess()
	tell application "System Events" to return first application process whose bundle identifier is "com.apple.MobileSMS"
end messagesProcess

on attributeOf(theElement, theName)
	try
		tell application "System Events" to return value of attribute theName of theElement
	end try
	return missing value
end attributeOf
