#include "apps/answers_settings.h"

#include "apps/config_table.h"
#include "reports/engine/catalogue.h"

namespace countersign::apps {

base::Result<AnswersSettings> read_answers(Table& top) {
  AnswersSettings out;
  std::vector<std::string> ids;
  Table table = top.table("answers");
  table.texts("watch", ids);
  TRY(table.finish());
  for (auto& id : ids) {
    const auto* found = reports::Catalogue::built_in().find(id);
    if (found == nullptr || found->kind != reports::Kind::control)
      return refuse_setting("answers.watch",
                            "must hold ids of controls, as `countersign control list` shows them");
    out.watch.insert(std::move(id));
  }
  return out;
}

}  // namespace countersign::apps
