-- Shows the other side that somebody types, or no longer, in Messages' window by Accessibility. Experimental. Messages
-- shows it for as long as something stands in the field of a conversation with one person.
-- Arguments: 1 the chat's guid, 2 the other side's address, 3 what the window may be called, one title a line, 4 "on"
-- or "off".
-- Prints "unresolved NUMBER MESSAGE" when nothing was done, else "done"; an error after that point ends the script with
-- its number.

-- What stands in the field while Bellhop shows that somebody types; anything else there is a person's draft.
property typingMark : "..."

on run argv
	set chatGuid to item 1 of argv
	set theAddress to item 2 of argv
	set theTitles to item 3 of argv
	if item 4 of argv is "on" then
		set theText to typingMark
	else
		set theText to ""
	end if
	with timeout of 5 seconds
		try
			if theAddress is "" then error "only one person can be shown that somebody types" number -1728
			assertAccess()
			openThread(chatGuid, theAddress, theTitles)
			set theField to emptyField()
			if not isShown(theAddress, theTitles) then error "Messages shows something else now" number -1728
		on error reason number code
			return unresolved(reason, code)
		end try
		fill(theField, theText)
	end timeout
	return "done"
end run

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

-- The field to write in; never one in which a person has begun to write.
on emptyField()
	set theFields to my elementsCalled("messageBodyField", my messagesWindow(), 12)
	if theFields is {} then error "Messages shows no field to write in" number -1728
	set theField to item 1 of theFields
	if my attributeOf(theField, "AXValue") is not in {missing value, "", typingMark} then
		error "there is a draft in Messages' field" number -10006
	end if
	return theField
end emptyField

-- Puts text into a field, and reads it back: what Messages changes is not what was asked for.
on fill(theField, theText)
	tell application "System Events"
		set value of attribute "AXFocused" of theField to true
		set value of attribute "AXValue" of theField to theText
	end tell
	considering case
		if (my attributeOf(theField, "AXValue")) is not theText then
			error "Messages did not take the text as it is" number -10003
		end if
	end considering
end fill

-- What has this identifier under an element, to a depth. Lists of conversations and messages are long: never entered.
on elementsCalled(theName, theElement, theDepth)
	set theFound to {}
	if theDepth is 0 then return theFound
	repeat with aChild in my childrenOf(theElement)
		set theChild to contents of aChild
		set theIdentifier to my attributeOf(theChild, "AXIdentifier")
		if theIdentifier is theName then
			set end of theFound to theChild
		else if theIdentifier is not in {"ConversationList", "CKConversationListCollectionView", "TranscriptCollectionView"} then
			set theFound to theFound & my elementsCalled(theName, theChild, theDepth - 1)
		end if
	end repeat
	return theFound
end elementsCalled

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

on childrenOf(theElement)
	try
		tell application "System Events" to return (get UI elements of theElement)
	end try
	return {}
end childrenOf

on attributeOf(theElement, theName)
	try
		tell application "System Events" to return value of attribute theName of theElement
	end try
	return missing value
end attributeOf
