/** The columns of `message` that the simulator fills. Dates in Apple's nanoseconds, 0 for none. */
export interface NewMessage {
  guid: string;
  text: string | null;
  attributedBody: Buffer | null;
  handle_id: number;
  version: number;
  service: string;
  account: string;
  error: number;
  date: bigint;
  date_read: bigint;
  date_delivered: bigint;
  is_delivered: number;
  is_finished: number;
  is_from_me: number;
  is_empty: number;
  is_read: number;
  is_sent: number;
  is_audio_message: number;
  was_data_detected: number;
  item_type: number;
  other_handle: number;
  group_title: string | null;
  group_action_type: number;
  associated_message_guid: string | null;
  associated_message_type: number;
  associated_message_range_length: number;
  associated_message_emoji: string | null;
  expressive_send_style_id: string | null;
  message_summary_info: Buffer | null;
  destination_caller_id: string;
  reply_to_guid: string | null;
  thread_originator_guid: string | null;
  thread_originator_part: string | null;
  part_count: number;
  ck_chat_id: string | null;
  /** Kept by triggers from the joins; filled by whoever loads rows before the triggers are there. */
  cache_has_attachments: number;
  cache_roomnames: string | null;
}

/** The columns of `chat` that the simulator fills. */
export interface NewChat {
  guid: string;
  style: number;
  identifier: string;
  service: string;
  roomName: string | null;
  displayName: string | null;
  groupId: string;
  line: string;
}

/** The columns of `attachment` that the simulator fills. `created` in Apple's seconds. */
export interface NewAttachmentRow {
  guid: string;
  created: number;
  filename: string | null;
  uti: string;
  mimeType: string;
  /** `transfer_state`. */
  state: number;
  outgoing: number;
  name: string;
  bytes: number;
}

/** An attachment as the simulator sees it. */
export interface AttachmentRow {
  id: number;
  guid: string;
  name: string;
  filename: string | null;
  state: number;
  /** 1: it stands in the line as an emoji does. */
  genmoji: number;
}

/** A conversation as the simulator sees it. */
export interface ChatRow {
  id: number;
  guid: string;
  style: number;
  identifier: string;
  service: string;
  displayName: string | null;
}

/** A message as the simulator sees it. */
export interface MessageRow {
  id: number;
  guid: string;
  text: string | null;
  body: Buffer | null;
  summary: Buffer | null;
  service: string;
  handleId: number;
  fromMe: number;
  sent: number;
  delivered: number;
  finished: number;
  error: number;
  itemType: number;
  associatedType: number;
  parts: number | null;
  /** It waits to be sent at its date. */
  scheduled: number;
  /** Messages holds it back: it stays undecided. */
  delayed: number;
  chatId: number | null;
}
