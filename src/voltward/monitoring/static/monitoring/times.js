// Times on pages: local time of the vehicles (Asia/Shanghai), absolute first, as the server writes them.
"use strict";

const Times = (() => {
  // Swedish writes dates as ISO 8601 does.
  const written = (options) => new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai", hourCycle: "h23", ...options });
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const clock = written(time);
  const full = written({ year: "numeric", month: "2-digit", day: "2-digit", ...time });

  function axis(milliseconds, spanMilliseconds) {
    const date = full.format(milliseconds).slice(5, 10);
    if (spanMilliseconds > 36 * 3600e3) return `${date}\n${clock.format(milliseconds).slice(0, 5)}`;
    return `${clock.format(milliseconds)}\n${date}`;
  }

  // 3 s, 12 min, 5 h, 2 d: the age of a value, in the page's language.
  function age(seconds, words) {
    const whole = Math.max(0, Math.round(seconds));
    if (whole < 60) return words.seconds.replace("%", whole);
    if (whole < 3600) return words.minutes.replace("%", Math.floor(whole / 60));
    if (whole < 86400) return words.hours.replace("%", Math.floor(whole / 3600));
    return words.days.replace("%", Math.floor(whole / 86400));
  }

  const whole = (milliseconds) => full.format(milliseconds);
  return {
    axis,
    age,
    full: whole,
    clock: (milliseconds) => clock.format(milliseconds),
    field: (milliseconds) => whole(milliseconds).replace(" ", "T"), // of <input type="datetime-local">
  };
})();
