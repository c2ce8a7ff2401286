# Run by `cmake --install`: writes what the programs tell of themselves. PROGRAM, SHARE, DOC, SOURCE and VERSION are set.

set(root "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")

# write(<file below the prefix> <command>...): the file is what the command prints.
function(write file)
  get_filename_component(folder "${root}/${file}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  execute_process(COMMAND ${ARGN} OUTPUT_FILE "${root}/${file}" COMMAND_ERROR_IS_FATAL ANY)
  message(STATUS "Installing: ${root}/${file}")
endfunction()

write("${SHARE}/bash-completion/completions/countersign" "${PROGRAM}" completion bash)
write("${SHARE}/zsh/vendor-completions/_countersign" "${PROGRAM}" completion zsh)
write("${SHARE}/fish/vendor_completions.d/countersign.fish" "${PROGRAM}" completion fish)
write("${SHARE}/man/man1/countersign.1" "${PROGRAM}" manual)
write("${DOC}/examples/countersign.toml" "${PROGRAM}" init --print-config)
write("${SHARE}/man/man5/countersign.toml.5"
      python3 -B "${SOURCE}/packaging/man/page_of_markdown.py" "${SOURCE}/docs/configuration.md" countersign.toml 5 "${VERSION}")
