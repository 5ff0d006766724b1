import { expect, it } from "vitest";
import { answer, change, event, everything, look } from "./samples.ts";
import { state } from "./store-under-test.ts";

export function lookCases(): void {
  it("keep a look for ever: a second one at the same place is refused with all that comes with it", async () => {
    await state.commit(change(1, { looks: [look(500)] }));
    const again = change(2, { looks: [look(500, { seed: "other" })], events: [event()] });
    expect(await state.commit(again)).toBe("conflict");
    expect(await state.loadLook({ model: "beta", entry: 2, reign: 1, n: 500 })).toEqual(look(500));
    expect((await state.loadRegistry()).version).toBe(1);
    expect((await state.listHistory(everything)).events).toEqual([]);
  });

  it("find a look by all four of its coordinates", async () => {
    await state.commit(change(1, { looks: [look(500)] }));
    const where = { model: "beta", entry: 2, reign: 1, n: 500 };
    for (const wrong of [{ model: "alpha" }, { entry: 1 }, { reign: 2 }, { n: 600 }])
      expect(await state.loadLook({ ...where, ...wrong })).toBeNull();
  });

  it("list the looks of one stay of one model, by reign and then by rows", async () => {
    const looks = [look(10_000), look(900), look(500, { reign: 12 }), look(600, { reign: 2 })];
    await state.commit(change(1, { looks }));
    await state.commit(change(2, { looks: [look(500, { challengerEntry: 22 }), look(500, { challenger: "gamma" })] }));
    const listed = await state.listLooks({ model: "beta", entry: 2 });
    expect(listed.map((l) => [l.reign, l.n])).toEqual([
      [1, 900],
      [1, 10_000],
      [2, 600],
      [12, 500],
    ]);
  });

  it("keep an answer under its key: the key cannot be used twice", async () => {
    await state.commit(change(1, { answer: answer("k") }));
    expect(await state.loadAnswer("k")).toEqual(answer("k"));
    expect(await state.loadAnswer("K")).toBeNull();
    expect(await state.commit(change(2, { answer: { ...answer("k"), status: 500 } }))).toBe("conflict");
    expect(await state.loadAnswer("k")).toEqual(answer("k"));
  });
}
