// Times on pages: local time of the vehicles (Asia/Shanghai), absolute first.
"use strict";

const Times = (() => {
  const parts = (options) => new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hourCycle: "h23", ...options });
  const clock = parts({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const day = parts({ month: "2-digit", day: "2-digit" });
  const full = parts({ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });

  function axis(milliseconds, spanMilliseconds) {
    if (spanMilliseconds > 36 * 3600e3) return day.format(milliseconds) + "\n" + clock.format(milliseconds).slice(0, 5);
    return clock.format(milliseconds) + "\n" + day.format(milliseconds);
  }

  // 3 s, 12 min, 5 h, 2 d: the age of a value, in the page's language.
  function age(seconds, words) {
    const whole = Math.max(0, Math.round(seconds));
    if (whole < 60) return words.seconds.replace("%", whole);
    if (whole < 3600) return words.minutes.replace("%", Math.floor(whole / 60));
    if (whole < 86400) return words.hours.replace("%", Math.floor(whole / 3600));
    return words.days.replace("%", Math.floor(whole / 86400));
  }

  return { axis, age, full: (ms) => full.format(ms), clock: (ms) => clock.format(ms) };
})();
