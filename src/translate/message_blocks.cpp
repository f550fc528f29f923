#include "translate/message_blocks.h"

#include "json/escape.h"

namespace dragoman::translate {

MessageBlocks::MessageBlocks(anthropic::MessageOutput& output, const AnswerPlan& plan, IdSource& ids)
    : output_(output)
    , plan_(plan)
    , ids_(ids)
{
}

void MessageBlocks::start()
{
    if (started_)
        return;
    started_ = true;
    output_.message_start(ids_.with_prefix("msg_"), plan_.client_model);
}

void MessageBlocks::text(json::RawString delta)
{
    if (open_ != Open::text) {
        if (json::is_blank(delta)) {
            blank_text_ += delta.escaped;
            return;
        }
        std::string blank = std::move(blank_text_);
        begin(Open::text);
        output_.text_start();
        has_text_ = true;
        if (!blank.empty())
            write({ blank });
    }
    write(delta);
}

void MessageBlocks::thinking(json::RawString delta, std::string_view field)
{
    if (open_ != Open::thinking) {
        if (json::is_blank(delta)) {
            blank_thinking_ += delta.escaped;
            return;
        }
        std::string blank = std::move(blank_thinking_);
        begin(Open::thinking);
        output_.thinking_start();
        if (!blank.empty())
            thinking({ blank }, field);
    }
    if (!field.empty())
        reasoning_.add_plain(field, delta, plan_.hide_thinking);
    write(delta);
}

void MessageBlocks::tool_use(std::string_view id, json::RawString name)
{
    begin(Open::tool_use);
    has_tools_ = true;
    output_.tool_use_start(id, name);
}

void MessageBlocks::tool_input(json::RawString delta)
{
    if (open_ == Open::tool_use)
        write(delta);
}

void MessageBlocks::close()
{
    if (open_ == Open::none)
        return;
    if (json::RawString rest = joiner_.flush(); !rest.empty())
        write(rest);
    if (open_ == Open::thinking)
        output_.signature_delta({ reasoning_.take_signature(plan_) });
    output_.block_stop();
    open_ = Open::none;
}

void MessageBlocks::finish()
{
    close();
    bring_reasoning();
}

anthropic::MessageOutput& MessageBlocks::next_block()
{
    begin(Open::none);
    return output_;
}

// Reasoning without readable text belongs in front of what it led to. Between two tool calls it would part
// what has to stay together, so there it waits.
void MessageBlocks::begin(Open kind)
{
    start();
    close();
    bool between_tools = kind == Open::tool_use && has_tools_;
    if (kind != Open::thinking && !between_tools)
        bring_reasoning();
    open_ = kind;
    has_blocks_ = true;
    blank_text_.clear();
    blank_thinking_.clear();
}

void MessageBlocks::bring_reasoning()
{
    if (reasoning_.empty()) {
        reasoning_.clear();
        return;
    }
    start();
    has_blocks_ = true;
    for (const std::string& data : reasoning_.take_redacted(plan_))
        output_.redacted_thinking({ data });
}

void MessageBlocks::write(json::RawString delta)
{
    delta = joiner_.join(delta);
    if (delta.empty())
        return;
    output_bytes_ += delta.escaped.size();
    if (open_ == Open::text)
        output_.text_delta(delta);
    else if (open_ == Open::tool_use)
        output_.input_json_delta(delta);
    else if (open_ == Open::thinking && !plan_.hide_thinking)
        output_.thinking_delta(delta);
}

} // namespace dragoman::translate
