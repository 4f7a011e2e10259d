// What the server tells (API.md) and what Block Kit holds, as far as this page reads it.

export interface Text {
  type: "plain_text" | "mrkdwn";
  text: string;
}

export interface Option {
  text: Text;
  value: string;
  description?: Text;
  url?: string;
}

export interface Confirm {
  title: Text;
  text: Text;
  confirm: Text;
  deny: Text;
  style?: "primary" | "danger";
}

export interface Element {
  type: string;
  action_id?: string;
  text?: Text | string;
  value?: string;
  url?: string;
  style?: "primary" | "danger";
  confirm?: Confirm;
  placeholder?: Text;
  options?: Option[];
  option_groups?: { label: Text; options: Option[] }[];
  initial_option?: Option;
  initial_options?: Option[];
  initial_value?: string | RichText;
  initial_date?: string;
  initial_time?: string;
  initial_date_time?: number;
  initial_user?: string;
  initial_users?: string[];
  initial_channel?: string;
  initial_channels?: string[];
  initial_conversation?: string;
  initial_conversations?: string[];
  min_query_length?: number;
  max_selected_items?: number;
  max_files?: number;
  filetypes?: string[];
  min_length?: number;
  max_length?: number;
  min_value?: string;
  max_value?: string;
  is_decimal_allowed?: boolean;
  multiline?: boolean;
  accessibility_label?: string;
  dispatch_action_config?: { trigger_actions_on?: string[] };
}

export interface RichStyle {
  bold?: boolean;
  italic?: boolean;
  strike?: boolean;
  code?: boolean;
}

export interface RichNode {
  type: string;
  text?: string;
  url?: string;
  style?: RichStyle | "bullet" | "ordered";
  indent?: number;
  elements?: RichNode[];
}

export interface RichText {
  type: "rich_text";
  elements: RichNode[];
}

export interface SlackFile {
  id?: string;
  url?: string;
}

export interface Cell {
  type: string;
  text?: string;
  value?: number;
}

export interface Chart {
  type: "line" | "area" | "bar" | "pie";
  series?: { name: string; data: { label: string; value: number }[] }[];
  axis_config?: { categories: string[]; x_label?: string; y_label?: string };
}

export interface Block {
  type: string;
  block_id?: string;
  text?: Text;
  fields?: Text[];
  accessory?: Element;
  elements?: Element[];
  element?: Element;
  label?: Text;
  hint?: Text;
  optional?: boolean;
  dispatch_action?: boolean;
  child_blocks?: Block[];
  title?: Text | string;
  subtitle?: Text;
  is_collapsible?: boolean;
  default_collapsed?: boolean;
  caption?: string;
  page_size?: number;
  rows?: Cell[][];
  chart?: Chart;
  slack_file?: SlackFile;
  image_url?: string;
  alt_text?: string;
}

export interface Message {
  ts: string;
  user: string;
  text: string;
  channel?: string;
  bot_id?: string;
  subtype?: string;
  blocks?: Block[];
  thread_ts?: string;
  reply_count?: number;
  reply_users?: string[];
  edited?: { ts: string };
  files?: { id: string; name: string; title?: string; mimetype?: string; size?: number }[];
  /** Set by the page: only this person sees it. */
  ephemeral?: boolean;
}

export interface Channel {
  id: string;
  name?: string;
  is_im?: boolean;
  user?: string;
  is_private?: boolean;
  is_archived?: boolean;
  is_ext_shared?: boolean;
  topic?: { value: string };
  members: string[];
  messages: Message[];
}

export interface Person {
  id: string;
  name: string;
  real_name: string;
  team_id: string;
  is_bot: boolean;
}

export type Role = "operator" | "colleague" | "guest" | "outside";

export interface View {
  id: string;
  type: "modal" | "home";
  hash: string;
  title?: Text;
  submit?: Text | null;
  close?: Text | null;
  submit_disabled?: boolean;
  blocks: Block[];
  errors?: Record<string, string>;
}

export interface Shortcut {
  callback_id: string;
  name: string;
  type: "message" | "global";
}

export interface Command {
  command: string;
  description: string;
  usage_hint: string;
}

export interface State {
  seq: number;
  now: string;
  zone: string;
  next: string;
  team: { id: string; name: string; bot_user: string };
  people: Person[];
  roles: Record<string, Role>;
  channels: Channel[];
  ephemerals: Message[];
  views: View[];
  home: View | null;
  /** Public channels that this guest or outsider is not in, and may be let into. */
  invitable: { id: string; name: string }[];
  commands: Command[];
  shortcuts: Shortcut[];
  bot: { running: boolean; sockets: number };
  broken: string[];
}

export interface Result {
  acked: boolean;
  error: string;
  latency_ms?: number;
  response?: { options?: Option[]; option_groups?: { options: Option[] }[] } | null;
}

/** What an input holds, as API.md tells: a text, a value, an id, an option, a document; or several. */
export type Value = string | number | string[] | Option | Option[] | RichText;
