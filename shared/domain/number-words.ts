/**
 * Numbers as sentences and tables write them. Every name says whether it rounds or floors: a figure that must reach a bound is
 * floored, so that it never reads as the bound just below it.
 *
 * Both act on the decimals a person sees: 342.905 is 342.91 although its binary value lies just below, 0.29 is 29.0 % although
 * 100 times it does. Halves go away from zero.
 */

type Format = Omit<Intl.NumberFormatOptions, "minimumFractionDigits" | "maximumFractionDigits">;

/** A format for every number of digits, each built once: building one costs far more than using it. */
function builtOnce(optionsFor: (digits: number) => Intl.NumberFormatOptions): (digits: number) => Intl.NumberFormat {
  const built = new Map<number, Intl.NumberFormat>();
  return (digits) => {
    const known = built.get(digits);
    if (known !== undefined) return known;
    const made = new Intl.NumberFormat("en-US", optionsFor(digits));
    built.set(digits, made);
    return made;
  };
}

/** Formats by digits after the point. */
const byDigits = (format: Format) =>
  builtOnce((digits) => ({ ...format, minimumFractionDigits: digits, maximumFractionDigits: digits }));

// What rounds to nothing has no sign: "-0.0" is no number people know.
const plain = byDigits({ useGrouping: false, signDisplay: "negative" });
const plainFloor = byDigits({
  useGrouping: false,
  roundingMode: "floor",
  trailingZeroDisplay: "stripIfInteger",
  signDisplay: "negative",
});
const share = byDigits({ style: "percent", useGrouping: false, signDisplay: "negative" });
const shareFloor = byDigits({ style: "percent", useGrouping: false, roundingMode: "floor", signDisplay: "negative" });
const inAll = builtOnce((digits) => ({
  useGrouping: false,
  maximumSignificantDigits: digits,
  signDisplay: "negative",
}));
const shareAsSet = new Intl.NumberFormat("en-US", {
  style: "percent",
  useGrouping: false,
  maximumFractionDigits: 6,
  signDisplay: "negative",
});
const grouped = byDigits({ signDisplay: "negative" });
const gain = byDigits({ signDisplay: "exceptZero" });

/** en-US sets no space before the sign. */
const spaced = (percent: string): string => `${percent.slice(0, -1)} %`;

/** 1234.567 at two digits: "1234.57". */
export const rounded = (x: number, digits: number): string => plain(digits).format(x);

/** 0.0123456 at three digits in all: "0.0123"; 1234.5: "1230". For figures whose size nobody knows beforehand. */
export const significant = (x: number, digits: number): string => inAll(digits).format(x);

/** 69.97 at one digit: "69.9", 70: "70". */
export const floored = (x: number, digits: number): string => plainFloor(digits).format(x);

/** 0.4567: "45.7 %"; for a share that is held against no bound. */
export const roundedPercent = (x: number, digits = 1): string => spaced(share(digits).format(x));

/** 0.5499: "54.9 %". */
export const flooredPercent = (x: number): string => spaced(shareFloor(1).format(x));

/** A share somebody set, as they set it: 0.07: "7 %", 0.125: "12.5 %". */
export const percentAsSet = (x: number): string => spaced(shareAsSet.format(x));

/** 1234.567: "1,234.57". */
export const roundedMoney = (x: number): string => grouped(2).format(x);

/** 1234.567 at two digits: "+1,234.57". */
export const roundedGain = (x: number, digits: number): string => gain(digits).format(x);

/** 1234.567: "1,235". */
export const roundedCount = (x: number): string => grouped(0).format(x);

/** A sum of money over some trades: "lost 12.30", "made 12.30". */
export const lostOrMade = (x: number): string =>
  x < 0 && rounded(x, 2) !== "0.00" ? `lost ${rounded(-x, 2)}` : `made ${rounded(Math.abs(x), 2)}`;
