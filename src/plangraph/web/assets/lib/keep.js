// One file kept in the browser from one page to the next, for as long as that takes.
const NAME = "plangraph";
const STORE = "kept";

const open = () => new Promise((resolve, reject) => {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
  asked.onsuccess = () => resolve(asked.result);
  asked.onerror = () => reject(asked.error);
});

async function within(mode, action) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const asked = action(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Keep a file; `pasted` says that it is only text that somebody pasted. */
export async function keepFile(file, pasted) {
  await within("readwrite", (store) => store.put({ file, pasted }, STORE));
  sessionStorage.setItem(NAME, "kept");
}

/** What was kept in this tab a moment ago, which is then kept no more; null where nothing was. */
export async function takeKept() {
  try {
    if (!sessionStorage.getItem(NAME)) return null;
    sessionStorage.removeItem(NAME);
    const kept = await within("readonly", (store) => store.get(STORE));
    await within("readwrite", (store) => store.delete(STORE));
    return kept ?? null;
  } catch {
    return null;
  }
}
