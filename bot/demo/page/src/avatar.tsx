// A picture for each person: two letters on a colour of their own; the bot has its mark.

const HUES = [152, 262, 18, 205, 330, 95];

function hue(id: string): number {
  const sum = [...id].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return HUES[sum % HUES.length] ?? 152;
}

export function Avatar({ id, name, bot, small = false }: { id: string; name: string; bot: boolean; small?: boolean }) {
  const letters = name
    .split(" ")
    .map((word) => word[0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();
  const style = { "--hue": String(hue(id)) } as React.CSSProperties;
  return (
    <span className={`avatar${small ? " small" : ""}${bot ? " bot" : ""}`} style={style} aria-hidden="true">
      {bot ? (
        <svg viewBox="0 0 24 24" width="60%" height="60%" fill="currentColor">
          <rect x="3" y="12" width="4.4" height="9" rx="1.2" />
          <rect x="9.8" y="7" width="4.4" height="14" rx="1.2" />
          <rect x="16.6" y="3" width="4.4" height="18" rx="1.2" />
        </svg>
      ) : (
        letters
      )}
    </span>
  );
}
