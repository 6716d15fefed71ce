// The virtual clock, and how its instants are written: always in the reader's own time zone. Instants are Unix seconds.

const DAY_S = 86_400;
const LOCALE = "en-GB";
const style = (options) => new Intl.DateTimeFormat(LOCALE, options);

const hourMinute = style({ hour: "2-digit", minute: "2-digit" });
const hourMinuteSecond = style({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const weekday = style({ weekday: "short" });
const weekdayLong = style({ weekday: "long" });
const dayMonth = style({ day: "numeric", month: "long" });
const dayMonthShort = style({ day: "numeric", month: "short" });
const dayMonthYear = style({ day: "numeric", month: "long", year: "numeric" });
const dayShort = style({ day: "2-digit", month: "2-digit", year: "2-digit" });

let offset = 0;

// The server's clock less this computer's: both drift and the virtual jump are in it.
export const setNow = (unix) => { offset = unix - Date.now() / 1000; };
export const now = () => Date.now() / 1000 + offset;

const at = (unix) => new Date(unix * 1000);

export const dayKey = (unix) => at(unix).toDateString();
export const clockTime = (unix) => hourMinute.format(at(unix));
const shortMoment = (unix) => `${weekday.format(at(unix))} ${clockTime(unix)}`;
export const headerMoment = (unix) => ({
  date: `${weekday.format(at(unix))} ${dayMonthShort.format(at(unix))}`,
  time: clockTime(unix),
});
export const fullMoment = (unix) => `${weekdayLong.format(at(unix))} ${dayMonthYear.format(at(unix))}, ${hourMinuteSecond.format(at(unix))}`;

// Landmarks more than six days away need their date too: "Fri 18:00" would be read as this week's.
export function landmarkMoment(unix) {
  if (unix - now() < 6 * DAY_S) return shortMoment(unix);
  return `${weekday.format(at(unix))} ${dayMonthShort.format(at(unix))}, ${clockTime(unix)}`;
}

export function listMoment(unix) {
  if (dayKey(unix) === dayKey(now())) return clockTime(unix);
  return now() - unix < 6 * DAY_S ? weekday.format(at(unix)) : dayMonthShort.format(at(unix));
}

export function dayLabel(unix) {
  if (dayKey(unix) === dayKey(now())) return "Today";
  if (dayKey(unix) === dayKey(now() - DAY_S)) return "Yesterday";
  const sameYear = at(unix).getFullYear() === at(now()).getFullYear();
  return `${weekdayLong.format(at(unix))}, ${(sameYear ? dayMonth : dayMonthYear).format(at(unix))}`;
}

// The letters of a `date_time` entity: w W weekday, d D date, t T time (short and long), r alone relative.
export function entityMoment(unix, format) {
  if (/^r$/i.test(format)) return relative(unix);
  const parts = [];
  if (/w/i.test(format)) parts.push((format.includes("W") ? weekdayLong : weekday).format(at(unix)));
  if (/d/i.test(format)) parts.push((format.includes("D") ? dayMonthYear : dayShort).format(at(unix)));
  if (/t/i.test(format)) parts.push((format.includes("T") ? hourMinuteSecond : hourMinute).format(at(unix)));
  return parts.join(", ");
}

const UNITS = [["year", 365 * DAY_S], ["month", 30 * DAY_S], ["week", 7 * DAY_S], ["day", DAY_S], ["hour", 3600], ["minute", 60]];
const relativeStyle = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto" });

function relative(unix) {
  const away = unix - now();
  const [unit, size] = UNITS.find(([, seconds]) => Math.abs(away) >= seconds) ?? ["second", 1];
  return relativeStyle.format(Math.round(away / size), unit);
}
