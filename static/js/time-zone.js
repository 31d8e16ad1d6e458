// The page of preferences suggests the time zone that this browser is in, until one is saved.

const field = document.getElementById("time_zone");
if (field && field.value === "") field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
