/**
 * The store of the simulated Messages: a chat.db that it alone writes. Open it here, then call the functions
 * with it.
 */
export {
  type AppBalloon,
  appBalloon,
  applePay,
  checkIn,
  findMy,
  game,
} from "./content/app-balloons.ts";
export { fillLinkPreview, type LinkPreview, linkPreview } from "./content/link-preview.ts";
export { genmoji, oneTimeCode, styled, voiceNote } from "./content/texts.ts";
export {
  type GroupChange,
  keepAudio,
  shareLocation,
  startSharePlay,
} from "./store/announcements.ts";
export {
  arriveFile,
  attachmentsOf,
  beginDownload,
  failDownload,
  type NewFile,
  TRANSFER,
} from "./store/attachments.ts";
export {
  type Actor,
  type Conversation,
  conversationById,
  createGroup,
  ensureDirect,
  findByGuid,
  findConversation,
  NotInMessages,
  participantsOf,
} from "./store/conversations.ts";
export {
  type Deletion,
  deleteConversation,
  deleteForGood,
  deleteMessage,
  recentlyDeleted,
  restoreMessage,
} from "./store/deletions.ts";
export { editMessage, sentAt, timesEdited, unsendMessage } from "./store/edits.ts";
export {
  addParticipant,
  changeNumber,
  leaveGroup,
  removeBackground,
  removeGroupPhoto,
  removeParticipant,
  renameGroup,
  setBackground,
  setGroupPhoto,
} from "./store/groups.ts";
export {
  findMessage,
  type Inserted,
  insertLostSend,
  type MessageDraft,
  receiveMessage,
  sendMessage,
} from "./store/messages.ts";
export {
  backfillMessages,
  type OldMessage,
  receiveBeforeBody,
  receiveBeforeJoin,
  type Unfinished,
} from "./store/odd-arrivals.ts";
export { isOwnLine, joinLater, sendOff } from "./store/own-sends.ts";
export { type Part, partsOf, textOf } from "./store/parts.ts";
export {
  addToConversation,
  ensureSplitDirect,
  filterConversation,
  linkConversations,
  setLine,
  setPerson,
} from "./store/people.ts";
export {
  addPollOption,
  createPoll,
  lastPoll,
  type Poll,
  type PollOption,
  pollOptions,
  votePoll,
} from "./store/polls.ts";
export { REACTION_KINDS, react, removeReaction, toggleReaction } from "./store/reactions.ts";
export {
  downgradeMessage,
  failMessage,
  markConversationRead,
  markDelivered,
  markPlayed,
  markRead,
  markSent,
} from "./store/receipts.ts";
export type { AttachmentRow, MessageRow } from "./store/rows.ts";
export { scheduleMessage, sendScheduled } from "./store/schedules.ts";
export { type ColumnValues, setColumns } from "./store/set-columns.ts";
export { placeSticker, reactWithSticker, type Sticker } from "./store/stickers.ts";
export {
  closeMessageStore,
  NoSimulatedDatabase,
  openMessageStore,
  type Store,
  transact,
} from "./store/store.ts";
export { rewriteChatGuids, upgradeMacos } from "./store/upgrade.ts";
