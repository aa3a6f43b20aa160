// On every page: says that scripts run, and keeps the addresses of filtered lists short.
document.documentElement.classList.add("script");

for (const form of document.querySelectorAll("form.filters")) {
  // Leave what is empty out of the address, so that links stay short.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}
