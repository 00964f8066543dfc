// How a reaction is stored.
//
// Pure.
#ifndef CHATTER_SERVER_MODEL_REACTION_H_
#define CHATTER_SERVER_MODEL_REACTION_H_

#include <string>
#include <string_view>

namespace chatter {

// What looks the same to everybody is the same. So what can't be seen goes: blanks at both ends,
// and whatever shows nothing (joiners, spaces without a width, tags, fillers) where it doesn't make
// its neighbours look different. And the variation selectors (U+FE0F) of a text that is all emoji
// are put where Unicode's own list of emoji has them (its "fully-qualified" form, which keyboards
// and pickers send). REQUIRES: IsUtf8(reaction).
std::string NormalReaction(std::string_view reaction);

}  // namespace chatter

#endif  // CHATTER_SERVER_MODEL_REACTION_H_
