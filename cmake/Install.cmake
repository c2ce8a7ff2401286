# What an installation holds, and where: the one list, for packages and for `cmake --install`. Folders are relative to the prefix
# /usr, as both families of distributions have them. What the programs tell of themselves (manual page, completions, example of a
# configuration) is written by the programs when they are installed.

include(GNUInstallDirs)
set(INSTALL_SHARE "${CMAKE_INSTALL_DATADIR}/countersign")
set(INSTALL_DOC "${CMAKE_INSTALL_DATADIR}/doc/countersign")

install(TARGETS countersign RUNTIME DESTINATION bin)
install(TARGETS countersignd RUNTIME DESTINATION sbin)

file(GLOB units CONFIGURE_DEPENDS "packaging/systemd/*.service" "packaging/systemd/*.socket" "packaging/systemd/*.timer")
install(FILES ${units} DESTINATION lib/systemd/system)
install(FILES packaging/sysusers.d/countersign.conf DESTINATION lib/sysusers.d)
install(FILES packaging/tmpfiles.d/countersign.conf DESTINATION lib/tmpfiles.d)
install(FILES packaging/apparmor/usr.sbin.countersignd DESTINATION "${INSTALL_SHARE}/apparmor")
install(DIRECTORY packaging/monitoring DESTINATION "${INSTALL_SHARE}" OPTIONAL
        FILES_MATCHING PATTERN "*.test.yaml" EXCLUDE PATTERN "*.yaml" PATTERN "*.json")

# They are built in, too; these are for who reads them or begins a control of their own with one.
install(DIRECTORY reports/controls reports/detections reports/listings reports/workspace DESTINATION "${INSTALL_SHARE}/reports"
        FILES_MATCHING PATTERN "*.toml" PATTERN "*.sql")

install(FILES README.md SECURITY.md DESTINATION "${INSTALL_DOC}")
install(FILES packaging/systemd/README.md DESTINATION "${INSTALL_DOC}/packaging/systemd")
install(FILES exporters/README.md DESTINATION "${INSTALL_DOC}/exporters")
install(FILES reports/README.md DESTINATION "${INSTALL_DOC}/reports")
install(FILES ledger/FORMAT.md DESTINATION "${INSTALL_DOC}/ledger")
install(FILES collector/endpoints/openapi.json DESTINATION "${INSTALL_DOC}")
install(DIRECTORY docs DESTINATION "${INSTALL_DOC}")
install(FILES packaging/man/countersignd.8 DESTINATION "${CMAKE_INSTALL_DATADIR}/man/man8")

install(CODE "set(PROGRAM \"$<TARGET_FILE:countersign>\")
set(SHARE \"${CMAKE_INSTALL_DATADIR}\")
set(DOC \"${INSTALL_DOC}\")
set(SOURCE \"${PROJECT_SOURCE_DIR}\")
set(VERSION \"${PROJECT_VERSION}\")")
install(SCRIPT cmake/InstallGenerated.cmake)
