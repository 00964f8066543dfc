// How many files and sockets the process may have open.
//
// Pure functions but for the process's limit.
#ifndef CHATTER_SERVER_APP_DESCRIPTORS_H_
#define CHATTER_SERVER_APP_DESCRIPTORS_H_

#include <cstddef>

namespace chatter::app {

// Raises the soft limit to the hard one, as a server wants it; returns what it is then.
size_t RaiseDescriptorLimit();

// How many of them connections may take: the rest is for the database, files and other ports.
size_t DescriptorsForConnections(size_t limit);

}  // namespace chatter::app

#endif  // CHATTER_SERVER_APP_DESCRIPTORS_H_
