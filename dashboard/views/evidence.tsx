import { useState } from "preact/hooks";
import type { Paths } from "../client.ts";
import { Tabs } from "../tabs.tsx";
import { Money } from "./money.tsx";
import { Proof } from "./proof.tsx";

/** The picture that explains a decision: the proof growing against its boundary, and the same life in money. */
export function Evidence({ paths }: { paths: Paths }) {
  const [tab, setTab] = useState("proof");
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">
        Evidence: <bdi>{paths.challenger}</bdi> <span class="soft">against</span> <bdi>{paths.champion}</bdi>
      </h2>
      <div class="bar">
        <Tabs
          name="Evidence"
          tabs={[
            { id: "proof", label: "Proof" },
            { id: "money", label: "Money" },
          ]}
          chosen={tab}
          onChoose={setTab}
        />
      </div>
      <div role="tabpanel" id="panel-Evidence" aria-labelledby={`tab-${tab}`}>
        {tab === "proof" ? <Proof paths={paths} /> : <Money paths={paths} />}
      </div>
    </section>
  );
}
