// On every page: says that scripts run, and keeps the addresses of filtered lists short.
document.documentElement.classList.add("script");

for (const form of document.querySelectorAll("form.filters")) {
  // Leave what is empty out of the address, so that links stay short.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

// Times stand in the page as UTC; here they are said as the reader's clock has them.
for (const time of document.querySelectorAll("time.local")) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) continue;
  time.title = time.textContent;
  time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(at);
}
