// One message: who, when, what; its thread, and what can be done with it.

import { memo, useEffect, useRef, useState } from "react";
import { Avatar } from "./avatar";
import { Blocks, Read, useFile } from "./blocks";
import { failure, useDesk } from "./desk";
import { Bubble, Sheet } from "./icons";
import { Menu } from "./menu";
import { clockTime, full, ofStamp } from "./moments";
import type { Message as Said } from "./types";

interface Props {
  message: Said;
  channel: string;
  /** Follows one by the same person within minutes: no name, no picture. */
  joined: boolean;
  inThread?: boolean;
}

export const Message = memo(function Message({ message, channel, joined, inThread = false }: Props) {
  const { person, state } = useDesk();
  const who = person(message.user);
  const at = ofStamp(message.ts);
  const changed = useChanged(message.edited?.ts);
  const slim = joined && !message.ephemeral;
  const name = who?.real_name ?? message.user;
  return (
    <article
      className={`message${slim ? " joined" : ""}${message.ephemeral ? " ephemeral" : ""}${changed ? " changed" : ""}`}
      data-ts={message.ts}
      aria-label={`${name}, ${clockTime(at)}${message.ephemeral ? ", only visible to you" : ""}`}
    >
      <div className="message-side">
        {slim ? (
          <time className="message-hour" dateTime={at.toISOString()} title={full(at)}>
            {clockTime(at)}
          </time>
        ) : (
          <Avatar id={message.user} name={name} bot={who?.is_bot ?? Boolean(message.bot_id)} />
        )}
      </div>
      <div className="message-main">
        {message.ephemeral && (
          <p className="only-you">
            <span aria-hidden="true">◉</span> Only visible to you
          </p>
        )}
        {!slim && (
          <header className="message-head">
            <span className="message-name">{name}</span>
            {who?.is_bot && <span className="tag">App</span>}
            {who && who.team_id !== state.team.id && <span className="tag">Outside</span>}
            <time dateTime={at.toISOString()} title={full(at)}>
              {clockTime(at)}
            </time>
          </header>
        )}
        <Body message={message} />
        {!inThread && <Replies message={message} channel={channel} />}
      </div>
      {!message.ephemeral && <Tools message={message} channel={channel} inThread={inThread} />}
    </article>
  );
});

function Body({ message }: { message: Said }) {
  const words = { type: "section", text: { type: "mrkdwn" as const, text: message.text } };
  return (
    <div className="message-body">
      {message.blocks?.length ? (
        <Blocks blocks={message.blocks} where={message.ts} />
      ) : (
        message.text && <Read block={words} />
      )}
      {(message.files ?? []).map((file) => (
        <Attached key={file.id} file={file} />
      ))}
      {message.edited && <span className="edited">(edited)</span>}
    </div>
  );
}

function Attached({ file }: { file: NonNullable<Said["files"]>[number] }) {
  const url = useFile(file.id);
  const name = file.title || file.name;
  if (file.mimetype?.startsWith("image/") && url) return <img className="attached" src={url} alt={name} />;
  return (
    <a className="file" href={url || undefined} download={file.name}>
      <Sheet />
      <span>
        <strong>{name}</strong>
        <span className="quiet">{file.size ? `${Math.max(1, Math.round(file.size / 1024))} kB` : file.name}</span>
      </span>
    </a>
  );
}

function Replies({ message, channel }: { message: Said; channel: string }) {
  const { openThread, person } = useDesk();
  const count = message.reply_count ?? 0;
  if (count === 0) return null;
  return (
    <button type="button" className="replies" onClick={() => openThread(channel, message.ts)}>
      {(message.reply_users ?? []).slice(0, 3).map((id) => (
        <Avatar key={id} id={id} name={person(id)?.real_name ?? id} bot={person(id)?.is_bot ?? false} small />
      ))}
      <span className="replies-count">{count === 1 ? "1 reply" : `${count} replies`}</span>
      <span className="replies-more">View thread</span>
    </button>
  );
}

function Tools({ message, channel, inThread }: { message: Said; channel: string; inThread: boolean }) {
  const { act, complain, openThread, state } = useDesk();
  const use = async (callback: string, name: string) => {
    const said = failure(await act("shortcut", { callback, ts: message.ts }), `“${name}”`);
    if (said) complain(said);
  };
  const shortcuts = state.shortcuts.filter((one) => one.type === "message");
  return (
    <div className="message-tools">
      {!inThread && (
        <button
          type="button"
          className="icon"
          title="Reply in thread"
          aria-label="Reply in thread"
          onClick={() => openThread(channel, message.thread_ts ?? message.ts)}
        >
          <Bubble />
        </button>
      )}
      {shortcuts.length > 0 && (
        <Menu
          label="More message shortcuts"
          face="⋯"
          className="icon"
          items={shortcuts.map((one) => ({
            key: one.callback_id,
            words: one.name,
            note: "reportops",
            onPick: () => void use(one.callback_id, one.name),
          }))}
        />
      )}
    </div>
  );
}

/** True for a moment after an edit that arrived while one was looking. */
function useChanged(edited: string | undefined): boolean {
  const before = useRef(edited);
  const [changed, setChanged] = useState(false);
  useEffect(() => {
    if (before.current === edited) return;
    before.current = edited;
    setChanged(true);
    const timer = window.setTimeout(() => setChanged(false), 2500);
    return () => window.clearTimeout(timer);
  }, [edited]);
  return changed;
}
