/** A list of tabs that arrow keys walk through. */
export function Tabs(o: {
  name: string;
  tabs: readonly { id: string; label: string }[];
  chosen: string;
  onChoose(id: string): void;
}) {
  const step = (by: number) => {
    const at = o.tabs.findIndex((tab) => tab.id === o.chosen);
    const next = o.tabs[(at + by + o.tabs.length) % o.tabs.length]!;
    o.onChoose(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={o.name}>
      {o.tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={`tab-${tab.id}`}
          aria-selected={tab.id === o.chosen}
          aria-controls={`panel-${o.name}`}
          tabIndex={tab.id === o.chosen ? 0 : -1}
          onClick={() => o.onChoose(tab.id)}
          onKeyDown={(event) => {
            if (event.key === "ArrowRight") step(1);
            if (event.key === "ArrowLeft") step(-1);
          }}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}
