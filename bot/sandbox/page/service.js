// The grey lines between messages: who came, who left, what changed. Null for an ordinary message.

import { nameOf } from "./store.js";

const LINES = {
  new_chat_members: (message) => `${message.new_chat_members.map(nameOf).join(", ")} joined the chat`,
  left_chat_member: (message) => `${nameOf(message.left_chat_member)} left the chat`,
  new_chat_title: (message) => `The chat is now called ${message.new_chat_title}`,
  group_chat_created: () => "The group was created",
  supergroup_chat_created: () => "The group was created",
  channel_chat_created: () => "The channel was created",
  migrate_to_chat_id: () => "The group was upgraded to a supergroup",
  migrate_from_chat_id: () => "The group was upgraded to a supergroup",
  pinned_message: () => "A message was pinned",
  forum_topic_created: (message) => `Topic “${message.forum_topic_created.name}” was opened`,
  forum_topic_edited: () => "The topic was renamed",
  forum_topic_closed: () => "The topic was closed",
  forum_topic_reopened: () => "The topic was opened again",
};

export function serviceText(message) {
  for (const [field, line] of Object.entries(LINES)) if (message[field]) return line(message);
  return null;
}
