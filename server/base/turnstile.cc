#include "server/base/turnstile.h"

namespace chatter {

class Turnstile::State {
 public:
  explicit State(Options options) : options_(options) {}

  static void Enter(const std::shared_ptr<State>& self, const std::string& group, Work work) {
    if (!self->Queue(group, work)) return work(std::nullopt);
    BeginWork(self);
  }

  static void Leave(const std::shared_ptr<State>& self, const std::string& group) {
    {
      MutexLock lock(self->mu_);
      --self->stats_.running;
      Group& of = self->groups_[group];
      --of.running;
      if (of.running == 0 && of.waiting.empty()) {
        self->groups_.erase(group);
      } else {
        self->LineUp(group, of);
      }
    }
    BeginWork(self);
  }

  void Stop() {
    absl::flat_hash_map<std::string, Group> dropped;
    MutexLock lock(mu_);
    for (auto& [name, group] : groups_) dropped[name].waiting.swap(group.waiting);
    stats_.waiting = 0;
    lined_up_.clear();
  }

  Stats stats() const {
    MutexLock lock(mu_);
    return stats_;
  }

 private:
  struct Group {
    size_t running = 0;
    std::deque<Work> waiting;
    bool lined_up = false;
  };
  struct Begun {
    std::string group;
    Work work;
  };

  // False: refused, and `work` is untouched.
  bool Queue(const std::string& name, Work& work) {
    MutexLock lock(mu_);
    const auto found = groups_.find(name);
    const size_t waiting_of_group = found == groups_.end() ? 0 : found->second.waiting.size();
    if (stats_.waiting >= options_.max_waiting ||
        waiting_of_group >= options_.max_waiting_of_group) {
      ++stats_.refused;
      return false;
    }
    Group& group = groups_[name];
    group.waiting.push_back(std::move(work));
    ++stats_.waiting;
    LineUp(name, group);
    return true;
  }

  // Work may end while it begins, and what is next begins then: in this loop, not within it.
  static void BeginWork(const std::shared_ptr<State>& self) {
    {
      MutexLock lock(self->mu_);
      if (std::exchange(self->beginning_, true)) return;
    }
    while (std::optional<Begun> next = self->Next()) {
      next->work(Pass(self, std::move(next->group)));
    }
  }

  // What may begin now. nullopt: nothing, and whoever comes next must begin it.
  std::optional<Begun> Next() {
    MutexLock lock(mu_);
    if (lined_up_.empty() || stats_.running >= options_.max_running) {
      beginning_ = false;
      return std::nullopt;
    }
    Begun begun{.group = std::move(lined_up_.front()), .work = nullptr};
    lined_up_.pop_front();
    Group& group = groups_[begun.group];
    group.lined_up = false;
    begun.work = std::move(group.waiting.front());
    group.waiting.pop_front();
    --stats_.waiting;
    ++group.running;
    ++stats_.running;
    LineUp(begun.group, group);
    return begun;
  }

  // Behind the other groups, if it has something that may begin.
  void LineUp(const std::string& name, Group& group) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (group.lined_up || group.waiting.empty()) return;
    if (group.running >= options_.max_running_of_group) return;
    group.lined_up = true;
    lined_up_.push_back(name);
  }

  const Options options_;

  mutable Mutex mu_;
  absl::flat_hash_map<std::string, Group> groups_ ABSL_GUARDED_BY(mu_);  // that run or wait
  std::deque<std::string> lined_up_ ABSL_GUARDED_BY(mu_);                // whose turn comes
  bool beginning_ ABSL_GUARDED_BY(mu_) = false;  // somebody is in BeginWork's loop
  Stats stats_ ABSL_GUARDED_BY(mu_);
};

Turnstile::Pass::~Pass() {
  if (state_ != nullptr) State::Leave(state_, group_);
}

Turnstile::Turnstile(Options options) : state_(std::make_shared<State>(options)) {}

Turnstile::~Turnstile() { state_->Stop(); }

void Turnstile::Enter(const std::string& group, Work work) {
  State::Enter(state_, group, std::move(work));
}

Turnstile::Stats Turnstile::stats() const { return state_->stats(); }

}  // namespace chatter
