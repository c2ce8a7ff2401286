#pragma once

#include "collector/http/transport.h"
#include "ledger/base/result.h"

#include <boost/asio/basic_socket_acceptor.hpp>

#include <optional>
#include <string_view>

namespace countersign::http {

using Acceptor = net::basic_socket_acceptor<net::ip::tcp, Strand>;

/// Has `acceptor` listen on `endpoint`, or take over a copy of `passed`: a socket that listens there already
/// and stays its owner's. `purpose` as in "cannot listen for syslog on …". unavailable: the address is taken,
/// this process may not listen there, or `passed` cannot be used.
base::Result<void> listen(Acceptor& acceptor, const Endpoint& endpoint, std::optional<int> passed,
                          std::string_view purpose);

}  // namespace countersign::http
