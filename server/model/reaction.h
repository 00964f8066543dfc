// How a reaction is stored.
//
// Pure.
#ifndef CHATTER_SERVER_MODEL_REACTION_H_
#define CHATTER_SERVER_MODEL_REACTION_H_

#include <string>
#include <string_view>

namespace chatter {

// An emoji may be written with variation selectors (U+FE0F) or without, and is the same to
// everybody who sees it. So the selectors of a text that is all emoji are put where Unicode's own
// list of them has them (its "fully-qualified" form, which keyboards and pickers send); any other
// text is left as it is. REQUIRES: IsUtf8(reaction).
std::string NormalReaction(std::string_view reaction);

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_REACTION_H_
