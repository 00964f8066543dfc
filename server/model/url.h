// URLs that people are shown and may follow.
//
// Pure.
#ifndef CHATTER_SERVER_MODEL_URL_H_
#define CHATTER_SERVER_MODEL_URL_H_

#include <string_view>

namespace chatter {

// Whether the text is a URL of the web: the scheme `https` or `http`, in any case, and a host (a
// name, which may be international, or an address), as RFC 3986 and RFC 3987 have it. It holds
// nothing that can't be seen, and nothing that would have to be escaped between quotes or in
// markup.
bool IsWebUrl(std::string_view url);

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_URL_H_
