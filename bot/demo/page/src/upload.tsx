// file_input: files from this machine, sent to the local Slack as they are chosen.

import { useRef, useState } from "react";
import { upload } from "./api";
import { useDesk } from "./desk";
import { Sheet, Up } from "./icons";
import type { Element } from "./types";

const MOST = 10;

interface Props {
  element: Element;
  label: string;
  held: string[];
  onHold: (ids: string[]) => void;
  input: React.InputHTMLAttributes<HTMLInputElement>;
}

export function Upload({ element, label, held, onHold, input }: Props) {
  const { as, complain } = useDesk();
  const [names, setNames] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const most = element.max_files ?? MOST;
  const kinds = element.filetypes ?? [];

  const take = async (files: File[]) => {
    if (files.length === 0) return;
    const odd = files.find((file) => kinds.length > 0 && !kinds.includes(file.name.split(".").at(-1)?.toLowerCase() ?? ""));
    if (odd) return complain(`${odd.name}: only ${kinds.join(", ")} here.`);
    if (held.length + files.length > most) return complain(`No more than ${most} ${most === 1 ? "file" : "files"} here.`);
    setBusy(true);
    try {
      const ids: string[] = [];
      for (const file of files) {
        const kept = await upload(as, file);
        setNames((before) => ({ ...before, [kept.id]: file.name }));
        ids.push(kept.id);
      }
      onHold([...held, ...ids]);
    } catch (error) {
      complain(error instanceof Error ? error.message : "The file did not arrive.");
    } finally {
      setBusy(false);
      if (field.current) field.current.value = "";
    }
  };
  return (
    <span
      className={over ? "upload over" : "upload"}
      aria-busy={busy}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void take([...event.dataTransfer.files]);
      }}
    >
      {held.map((id) => (
        <span key={id} className="file">
          <Sheet />
          <strong>{names[id] ?? id}</strong>
          <button
            type="button"
            className="icon"
            aria-label={`Remove ${names[id] ?? id}`}
            onClick={() => onHold(held.filter((one) => one !== id))}
          >
            ✕
          </button>
        </span>
      ))}
      {held.length < most && (
        <label className="upload-pick">
          <Up />
          <span>{busy ? "Sending…" : most === 1 ? "Choose a file, or drop it here" : "Choose files, or drop them here"}</span>
          <input
            {...input}
            ref={field}
            className="hidden"
            type="file"
            aria-label={label}
            multiple={most > 1}
            accept={kinds.map((kind) => `.${kind}`).join(",") || undefined}
            disabled={busy}
            onChange={(event) => void take([...(event.target.files ?? [])])}
          />
        </label>
      )}
    </span>
  );
}
