-- Answers a message under its bubble, in Messages' window by Accessibility. Experimental.
-- Arguments: 1 the message's guid, 2 what its bubble says, 3 the answer.
-- Prints "unresolved NUMBER MESSAGE" when nothing has left, "sent" when Messages took the answer; an error after that
-- point ends the script with its number.
property accessibilityBundle : "/System/iOSSupport/System/Library/AccessibilityBundles/ChatKitFramework.axbundle"
-- What stands in the field while Bellhop shows that somebody types; anything else there is a person's draft.
property typingMark : "..."

on run argv
	set messageGuid to item 1 of argv
	set bubbleText to item 2 of argv
	set theAnswer to item 3 of argv
	set theField to missing value
	with timeout of 5 seconds
		try
			assertAccess()
			set theLabels to labelsOf("balloon.message.reply", "Accessibility", accessibilityBundle, "Reply")
			set theBubble to bubbleOf(messageGuid, bubbleText)
			set theAction to actionOf(theBubble, theLabels)
			set thePrompt to attributeOf(emptyField(), "AXPlaceholderValue")
			if not isBubble(theBubble, bubbleText) then error "Messages shows something else now" number -1728
			tell application "System Events" to perform theAction
			set theField to answeringField(thePrompt)
			fill(theField, theAnswer)
			assertKeysArrive(theField)
		on error reason number code
			if theField is not missing value then
				try
					tell application "System Events" to set value of attribute "AXValue" of theField to ""
				end try
			end if
			return unresolved(reason, code)
		end try
		tell application "System Events" to key code 36
		set giveUpAt to (current date) + 3
		repeat while (current date) < giveUpAt
			if attributeOf(theField, "AXValue") is in {missing value, ""} then return "sent"
			delay 0.1
		end repeat
	end timeout
	error "the answer still stands in Messages' field" number -1712
end run

-- The field for answers says something else than the one for messages while it is empty.
on answeringField(theOldPrompt)
	set giveUpAt to (current date) + 4
	repeat while (current date) < giveUpAt
		repeat with aField in my elementsCalled("messageBodyField", my messagesWindow(), 12)
			set thePrompt to my attributeOf(contents of aField, "AXPlaceholderValue")
			if thePrompt is not missing value and thePrompt is not theOldPrompt then return contents of aField
		end repeat
		delay 0.2
	end repeat
	error "Messages opened no field to answer in" number -1728
end answeringField

-- A key goes to whatever is in front: that must be Messages, and the focus in this field.
on assertKeysArrive(theField)
	tell application "System Events" to set frontmost of (my messagesProcess()) to true
	delay 0.2
	tell application "System Events" to set isInFront to frontmost of (my messagesProcess())
	if not isInFront or my attributeOf(theField, "AXFocused") is not true then
		error "Messages is not in front" number -10003
	end if
end assertKeysArrive

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

-- Opens a message by its link, and waits until it is the one selected. What an earlier link has selected may say the
-- same, and must be gone first: no bubble is selected while a new message is begun.
on bubbleOf(messageGuid, theText)
	set theLink to "imessage:open?message-guid=" & my encoded(messageGuid)
	if my selectedBubble(theText) is not missing value then
		open location "imessage:open?address="
		set giveUpAt to (current date) + 4
		repeat while (current date) < giveUpAt
			if my selectedBubble(theText) is missing value then exit repeat
			delay 0.2
		end repeat
		if my selectedBubble(theText) is not missing value then error "Messages keeps a message selected" number -1728
	end if
	open location theLink
	set giveUpAt to (current date) + 8
	repeat while (current date) < giveUpAt
		set theBubble to my selectedBubble(theText)
		if theBubble is not missing value then return theBubble
		delay 0.1
	end repeat
	error "Messages does not show the message selected" number -1728
end bubbleOf

on selectedBubble(theText)
	try
		repeat with aTranscript in my elementsCalled("TranscriptCollectionView", my messagesWindow(), 12)
			repeat with aRow in my childrenOf(contents of aTranscript)
				repeat with anElement in my childrenOf(contents of aRow)
					if my isBubble(contents of anElement, theText) then return contents of anElement
				end repeat
			end repeat
		end repeat
	end try
	return missing value
end selectedBubble

-- The link selects the message that it names; its text says that it is no other.
on isBubble(theElement, theText)
	if my attributeOf(theElement, "AXSelected") is not true then return false
	if theText is "" then return true
	considering case
		return (my attributeOf(theElement, "AXValue")) is theText
	end considering
end isBubble

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

-- An action of a bubble's own: its name is "Name:LABEL", then lines that change. Some labels end with an ellipsis.
on actionOf(theBubble, theLabels)
	repeat with aLabel in theLabels
		repeat with anEnd in {"", character id 8230}
			set theStart to "Name:" & (contents of aLabel) & (contents of anEnd) & linefeed
			tell application "System Events" to set theActions to (get actions of theBubble whose name starts with theStart)
			if theActions is not {} then return item 1 of theActions
		end repeat
	end repeat
	error "Messages offers no such action for this message" number -1728
end actionOf

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
