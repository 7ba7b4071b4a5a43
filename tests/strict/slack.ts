// What the bot sends to Slack, in the words of Slack's own types: `make strict-slack` makes a JSON schema of it.
import type { HomeView, KnownBlock, ModalView } from "@slack/types";

interface Attachment {
  color: string;
  blocks?: KnownBlock[];
}

export interface Message {
  text: string;
  blocks?: KnownBlock[];
  attachments?: Attachment[];
}

export type View = HomeView | ModalView;
