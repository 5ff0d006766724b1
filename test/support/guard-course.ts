import {
  type CourseOptions,
  type CourseReading,
  courseEvents,
  GuardCourse,
  type SignalAnswer,
} from "../../shared/stats/watch/guard-course.ts";

/** A guard read from two lists of answers, as the domain reads it from two ledgers. */

export type TimedReading = CourseReading & { at: number };

/** Every reading until the guard ends. */
export function playCourse(
  options: CourseOptions,
  champion: readonly SignalAnswer[],
  former: readonly (SignalAnswer | undefined)[],
): TimedReading[] {
  const course = new GuardCourse(options);
  const readings: TimedReading[] = [];
  for (const { at, signal, completes } of courseEvents(champion, former)) {
    const own = champion[signal]!;
    const reading = completes ? course.complete(signal, own, former[signal]!) : course.close(signal, own);
    readings.push({ ...reading, at });
    if (reading.ended) break;
  }
  return readings;
}
