-- Puts a tapback on a message, or takes it away, in Messages' window by Accessibility. Experimental.
-- Arguments: 1 the message's guid, 2 what its bubble says, 3 "love", "like", "dislike", "laugh", "emphasize" or
-- "question", 4 "add" or "remove": Messages has one action for both, so whoever calls knows what there is now.
-- Prints "unresolved NUMBER MESSAGE" when nothing was done, "done" when the action was taken; an error after that
-- point ends the script with its number.
property accessibilityBundle : "/System/iOSSupport/System/Library/AccessibilityBundles/ChatKitFramework.axbundle"

on run argv
	set messageGuid to item 1 of argv
	set bubbleText to item 2 of argv
	set tapback to item 3 of argv
	with timeout of 5 seconds
		try
			if item 4 of argv is not in {"add", "remove"} then error "neither add nor remove" number -2700
			assertAccess()
			set theLabels to labelsOfTapback(tapback)
			set theBubble to bubbleOf(messageGuid, bubbleText)
			set theAction to actionOf(theBubble, theLabels)
			if not isBubble(theBubble, bubbleText) then error "Messages shows something else now" number -1728
		on error reason number code
			return unresolved(reason, code)
		end try
		tell application "System Events" to perform theAction
	end timeout
	return "done"
end run

on labelsOfTapback(tapback)
	if tapback is "love" then return labelsOf("acknowledgment.type.heart", "Accessibility", accessibilityBundle, "Heart")
	if tapback is "like" then return labelsOf("acknowledgment.type.thumbs.up", "Accessibility", accessibilityBundle, "Thumbs up")
	if tapback is "dislike" then return labelsOf("acknowledgment.type.thumbs.down", "Accessibility", accessibilityBundle, "Thumbs down")
	if tapback is "laugh" then return labelsOf("acknowledgment.type.ha", "Accessibility", accessibilityBundle, "Ha ha!")
	if tapback is "emphasize" then return labelsOf("acknowledgment.type.exclamation", "Accessibility", accessibilityBundle, "Exclamation mark")
	if tapback is "question" then return labelsOf("acknowledgment.type.question.mark", "Accessibility", accessibilityBundle, "Question mark")
	error "no such tapback" number -2700
end labelsOfTapback

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
