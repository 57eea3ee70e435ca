// The batch page takes over the filters that the list shows now, however they got into the address.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-with-filter]");
  if (link) link.search = location.search;
});
