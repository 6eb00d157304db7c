/**
 * The store of the simulated Messages: a chat.db that it alone writes. Open it here, then call the functions
 * with it.
 */
export type { NewFile } from "./store/attachments.ts";
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
export { editMessage, unsendMessage } from "./store/edits.ts";
export { addParticipant, leaveGroup, removeParticipant, renameGroup } from "./store/groups.ts";
export {
  findMessage,
  type Inserted,
  insertLostSend,
  type MessageDraft,
  receiveMessage,
  sendMessage,
  textOf,
} from "./store/messages.ts";
export { REACTION_KINDS, react, removeReaction } from "./store/reactions.ts";
export { failMessage, markDelivered, markRead, markSent } from "./store/receipts.ts";
export type { MessageRow } from "./store/statements.ts";
export {
  closeMessageStore,
  NoSimulatedDatabase,
  openMessageStore,
  type Store,
  transact,
} from "./store/store.ts";
