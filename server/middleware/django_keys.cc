#include "server/middleware/django_keys.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "server/config/django_key_file.h"

namespace chatter::middleware {

DjangoKeys::DjangoKeys(std::string file, identity::DjangoSecretKeys keys)
    : file_(std::move(file)), ring_(std::move(keys)) {}

void DjangoKeys::Refresh() {
  auto read = config::ReadDjangoKeyFile(file_);
  const std::string problem(read.status().message());
  if (problem_.IsNews(problem)) {
    spdlog::error(
        "Django's keys not renewed, the old ones go on: --django-secret-key-file {}: file={}",
        problem, file_);
  }
  if (!read.ok() || *read == *ring_.Current()) return;
  spdlog::info("Django's keys renewed: count={}", read->size());
  ring_.Replace(*std::move(read));
}

}  // namespace chatter::middleware
