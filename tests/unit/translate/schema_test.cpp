#include "support/chat_call.h"
#include "support/decoded_request.h"
#include "translate/argument_schema.h"
#include "translate/schema.h"
#include "translate/strict_schema.h"

namespace dragoman::translate {
namespace {

using nlohmann::json;
using test::target_for;

std::string sent(std::string_view schema, const std::string& model = "z-ai/glm-5")
{
    std::string text;
    dragoman::json::Writer writer(text);
    dragoman::json::Document scratch;
    append_schema(writer, { schema }, target_for(model), scratch);
    return text;
}

json gemini(std::string_view schema) { return json::parse(sent(schema, "google/gemini-3-pro")); }

// The cleaned form of one property.
json property(const std::string& schema)
{
    return gemini(R"({"type":"object","properties":{"p":)" + schema + "}}")["properties"]["p"];
}

TEST(Schema, CarriesEveryByteOfAnObject)
{
    // R44, R49
    const std::string schema =
        R"({ "$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"n":)"
        R"({"type":"integer","maximum":9007199254740993,"multipleOf":1.0,"default":1e21},"u":{"format":"uri"},)"
        R"("format":{"const":"\u00e9"}},"additionalProperties":false , "propertyNames":{"pattern":"^x"}})";
    EXPECT_EQ(sent(schema), schema);
    EXPECT_EQ(sent(schema, "anthropic/claude-opus-5.5"), schema);
    EXPECT_EQ(sent(schema, "openai/gpt-5.5"), schema);
}

TEST(Schema, MakesTheRootAnObject)
{
    // R43
    EXPECT_EQ(sent(""), R"({"type":"object","properties":{}})");
    EXPECT_EQ(sent("{}"), R"({"type":"object","properties":{}})");
    EXPECT_EQ(sent("true"), R"({"type":"object","properties":{}})");
    EXPECT_EQ(sent(R"({"type":"object"})"), R"({"type":"object","properties":{}})");
    EXPECT_EQ(sent(R"({"properties":{"a":{}}})"), R"({"properties":{"a":{}},"type":"object"})");
    EXPECT_EQ(sent(R"({"type":["object","null"],"description":"d"})"),
        R"({"type":"object","description":"d","properties":{}})");
}

TEST(Schema, MergesARootOfAlternatives)
{
    const std::string schema =
        R"({"anyOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},)"
        R"({"type":"object","properties":{"b":{},"a":{"type":"integer"}}}],"description":"d"})";
    EXPECT_EQ(json::parse(sent(schema)),
        json::parse(R"({"type":"object","description":"d","properties":{"a":{"type":"string"},"b":{}}})"));
    const std::string typed = R"({"type":"object","properties":{"a":{},"b":{}},"required":["a"],)"
                              R"("allOf":[{"required":["b"]}]})";
    EXPECT_EQ(sent(typed, "z-ai/glm-5"), typed);
    EXPECT_EQ(json::parse(sent(typed, "openai/gpt-5.5")),
        json::parse(R"({"type":"object","properties":{"a":{},"b":{}},"required":["a","b"]})"));
}

TEST(Schema, FollowsARootThatIsAReference)
{
    const json wanted = json::parse(
        R"({"type":"object","properties":{"a":{"$ref":"#/$defs/s"},"b":{}},"required":["a"],)"
        R"("$defs":{"s":{"type":"string"},"p":{"type":"object","properties":{"a":{"$ref":"#/$defs/s"}},)"
        R"("required":["a"],"allOf":[{"properties":{"b":{}}},{"$ref":"#/$defs/p"}]}}})");
    const std::string schema = R"({"$ref":"#/$defs/p","$defs":)" + wanted["$defs"].dump() + "}";
    EXPECT_EQ(json::parse(sent(schema)), wanted);
    EXPECT_EQ(json::parse(sent(schema, "openai/gpt-5.5")), wanted);
    EXPECT_EQ(
        sent(R"({"$ref":"#/$defs/gone"})"), R"({"$ref":"#/$defs/gone","type":"object","properties":{}})");
}

TEST(Schema, RequiresNothingThatOnlyOneOfSeveralAlternativesRequires)
{
    const std::string schema =
        R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},)"
        R"("required":["a"],"anyOf":[{"required":["a"]},{"required":["b"]}]})";
    EXPECT_EQ(gemini(schema)["required"], json({ "a" }));
    EXPECT_EQ(json::parse(sent(schema, "openai/gpt-5.5"))["required"], json({ "a" }));
    const json nested = property(
        R"({"type":"object","properties":{"kind":{"enum":["x","y"]}},"required":["kind"],"oneOf":[)"
        R"({"properties":{"x":{"type":"integer"}},"required":["x"]},{"properties":{"y":{"type":"boolean"}}}]})");
    EXPECT_EQ(nested,
        json::parse(R"({"type":"object","properties":{"kind":{"type":"string","enum":["x","y"]},)"
                    R"("x":{"type":"integer"},"y":{"type":"boolean"}},"required":["kind"]})"));
}

TEST(GeminiSchema, DropsKeywordsThatAreUnknownThere)
{
    // R44
    EXPECT_EQ(
        gemini(
            R"({"$schema":"x","$id":"i","$comment":"c","type":"object","additionalProperties":false,)"
            R"("propertyNames":{"pattern":"x"},"patternProperties":{},"default":{},"examples":[],"not":{},)"
            R"("properties":{"u":{"type":"string","format":"uri","default":"x","minLength":1,"pattern":"^a"},)"
            R"("t":{"type":"string","format":"date-time","pattern":"(?=a)x"}
}
})"),
        json::parse(R"({"type":"object","properties":{"u":{"type":"string","minLength":1,"pattern":"^a"},)"
                    R"("t":{"type":"string","format":"date-time"}}})"));
}

TEST(GeminiSchema, KeepsPropertiesThatAreNamedLikeKeywords)
{
    // R44
    const std::string schema =
        R"({"type":"object","properties":{"format":{"type":"string"},"default":{"type":"integer"},)"
        R"("const":{"type":"boolean"},"$ref":{"type":"string"},"properties":{"type":"object","properties":)"
        R"({"required":{"type":"string"}},"required":["required"]},"anyOf":{"type":"string"}},)"
        R"("required":["format","$ref"]})";
    EXPECT_EQ(gemini(schema), json::parse(schema));
}

TEST(GeminiSchema, TurnsNullIntoNullable)
{
    EXPECT_EQ(property(R"({"type":["string","null"]})"), json::parse(R"({"type":"string","nullable":true})"));
    EXPECT_EQ(property(R"({"anyOf":[{"type":"string","description":"s"},{"type":"null"}]})"),
        json::parse(R"({"type":"string","description":"s","nullable":true})"));
    EXPECT_EQ(
        property(
            R"({"description":"d","oneOf":[{"type":"null"},{"type":"array","items":{"type":"integer"}}]})"),
        json::parse(R"({"type":"array","description":"d","nullable":true,"items":{"type":"integer"}})"));
    EXPECT_EQ(property(R"({"enum":["a",null,"","a"]})"),
        json::parse(R"({"type":"string","nullable":true,"enum":["a"]})"));
}

TEST(GeminiSchema, LetsAlternativesStandAlone)
{
    EXPECT_EQ(
        property(R"({"description":"d","anyOf":[{"type":"string"},{"type":"number","description":"n"}]})"),
        json::parse(
            R"({"anyOf":[{"type":"string","description":"d"},{"type":"number","description":"n"}]})"));
    EXPECT_EQ(property(R"({"type":["string","number"]})"),
        json::parse(R"({"anyOf":[{"type":"string"},{"type":"number"}]})"));
    EXPECT_EQ(property(R"({"anyOf":[{"const":"a"},{"const":"b"},{"enum":["c","a"]}]})"),
        json::parse(R"({"type":"string","enum":["a","b","c"]})"));
    EXPECT_EQ(
        property(R"({"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"required":["a"]}]})"),
        json::parse(R"({"type":"object","properties":{"a":{"type":"string"}}})"));
}

TEST(GeminiSchema, RestrictsNothingToOneOfSeveralAlternatives)
{
    EXPECT_EQ(property(R"({"type":"string","anyOf":[{"minLength":1},{"const":""}]})"),
        json::parse(R"({"type":"string"})"));
    EXPECT_EQ(property(R"({"type":"string","anyOf":[{"format":"uri"},{"enum":["none"]}]})"),
        json::parse(R"({"type":"string"})"));
    EXPECT_EQ(property(R"({"const":""})"), json::parse(R"({"type":"string","description":"Always \"\"."})"));
}

TEST(GeminiSchema, MergesAllOf)
{
    EXPECT_EQ(property(R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},)"
                       R"({"properties":{"b":{"type":"boolean"}},"required":["b","a"]}]})"),
        json::parse(
            R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"boolean"}},"required":["a","b"]})"));
}

TEST(GeminiSchema, SpellsConstantsOut)
{
    EXPECT_EQ(property(R"({"const":"x"})"), json::parse(R"({"type":"string","enum":["x"]})"));
    EXPECT_EQ(property(R"({"const":5})"), json::parse(R"({"type":"integer","description":"Always 5."})"));
    EXPECT_EQ(property(R"({"type":"integer","enum":[1,2],"description":"n"})"),
        json::parse(R"({"type":"integer","description":"n One of [1,2]."})"));
}

TEST(GeminiSchema, BoundsNumbersIn32Bits)
{
    EXPECT_EQ(property(R"({"type":"integer","exclusiveMinimum":0,"maximum":9007199254740991})"),
        json::parse(R"({"type":"integer","minimum":1})"));
    EXPECT_EQ(property(R"({"type":"number","exclusiveMaximum":1.5,"minimum":-3})"),
        json::parse(R"({"type":"number","minimum":-3,"maximum":1.5})"));
    EXPECT_EQ(property(R"({"type":"number","minimum":1,"exclusiveMinimum":true})"),
        json::parse(R"({"type":"number","minimum":1})"));
}

TEST(GeminiSchema, MakesListsOfTuples)
{
    EXPECT_EQ(
        property(R"({"type":"array","prefixItems":[{"type":"number"},{"type":"number"}],"minItems":2})"),
        json::parse(R"({"type":"array","items":{"type":"number"},"minItems":2})"));
    EXPECT_EQ(property(R"({"prefixItems":[{"type":"number"},{"type":"string"}],"items":false})"),
        json::parse(R"({"type":"array","items":{"anyOf":[{"type":"number"},{"type":"string"}]}})"));
    EXPECT_EQ(property(R"({"type":"array"})"), json::parse(R"({"type":"array","items":{"type":"string"}})"));
}

TEST(GeminiSchema, TidiesRequired)
{
    EXPECT_EQ(
        gemini(
            R"({"type":"object","properties":{"a":{"type":"string"},"z":false},"required":["a","a","gone","z"]})"),
        json::parse(R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})"));
}

TEST(GeminiSchema, GivesAnythingAType)
{
    EXPECT_EQ(property("true"), json::parse(R"({"type":"string"})"));
    EXPECT_EQ(property("{}"), json::parse(R"({"type":"string"})"));
    EXPECT_EQ(property(R"({"description":"any"})"), json::parse(R"({"type":"string","description":"any"})"));
    EXPECT_EQ(property(R"({"minimum":3})"), json::parse(R"({"type":"number","minimum":3})"));
}

TEST(GeminiSchema, PutsReferencesInPlace)
{
    EXPECT_EQ(gemini(R"({"$defs":{"a/b":{"type":"string","description":"s"}},"properties":{)"
                     R"("x":{"$ref":"#/$defs/a~1b","description":"own"},"y":{"$ref":"#/%24defs/a~1b"},)"
                     R"("z":{"$ref":"https://elsewhere/x"}}})"),
        json::parse(R"({"type":"object","properties":{"x":{"type":"string","description":"own"},)"
                    R"("y":{"type":"string","description":"s"},"z":{"type":"object","properties":{}}}})"));
}

TEST(GeminiSchema, EndsCircles)
{
    EXPECT_EQ(
        gemini(
            R"({"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"v":{"type":"string"},)"
            R"("children":{"type":"array","items":{"$ref":"#/$defs/node"}}}}}})"),
        json::parse(R"({"type":"object","properties":{"v":{"type":"string"},)"
                    R"("children":{"type":"array","items":{"type":"object","properties":{}}}}})"));
    EXPECT_EQ(property(R"({"$ref":"#/properties/p"})"), json::parse(R"({"type":"object","properties":{}})"));
}

TEST(GeminiSchema, StaysBoundedWhateverItIsGiven)
{
    // Each definition refers twice to the next one: 2^40 schemas if they were all put in place.
    std::string doubling = R"({"type":"object","properties":{"p":{"$ref":"#/$defs/d0"}},"$defs":{)";
    std::string chain = doubling;
    for (int i = 0; i < 40; ++i)
        doubling += "\"d" + std::to_string(i) + R"(":{"properties":{"a":{"$ref":"#/$defs/d)"
            + std::to_string(i + 1) + R"("},"b":{"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"}}},";
    for (int i = 0; i < 20000; ++i)
        chain += "\"d" + std::to_string(i) + R"(":{"$ref":"#/$defs/d)" + std::to_string(i + 1) + "\"},";
    for (std::string schema : { doubling, chain }) {
        schema += R"("end":{}}})";
        const std::string result = sent(schema, "google/gemini-3-pro");
        EXPECT_LT(result.size(), 8'000'000U);
        EXPECT_TRUE(json::accept(result));
    }
}

using enum route::Quirk;

// At an upstream with these quirks and no others.
json sent_to(const route::Quirks& quirks, std::string_view schema)
{
    std::string text;
    dragoman::json::Writer writer(text);
    dragoman::json::Document scratch;
    route::Target target = test::unlisted("model");
    target.quirks = quirks;
    append_schema(writer, { schema }, target, scratch);
    return json::parse(text);
}

// A tool whose properties are called like keywords.
constexpr std::string_view confusing =
    R"({"$schema":"s","$id":"i","type":"object","properties":{"$schema":{"type":"string","$comment":"c"},)"
    R"("$id":{"type":"string"},"type":{"type":"string","enum":["$id"],"default":{"$id":1}},)"
    R"("anyOf":{"type":"array","items":{"$comment":"c","type":"object","properties":{"default":{}}}},)"
    R"("required":{"const":{"$comment":"a value"}}},"required":["type"]})";

TEST(Schema, LosesItsMarksWhereTheyAreRefusedAndNothingElse)
{
    EXPECT_EQ(sent_to({ light_schemas }, confusing),
        json::parse(R"({"type":"object","properties":{"$schema":{"type":"string"},"$id":{"type":"string"},)"
                    R"("type":{"type":"string","enum":["$id"],"default":{"$id":1}},)"
                    R"("anyOf":{"type":"array","items":{"type":"object","properties":{"default":{}}}},)"
                    R"("required":{"const":{"$comment":"a value"}}},"required":["type"]})"));
    EXPECT_EQ(sent_to({}, confusing), json::parse(confusing));
}

TEST(Schema, IsClosedWhereOnlyClosedObjectsAreTaken)
{
    EXPECT_EQ(
        sent_to({ closed_schemas },
            R"({"type":"object","properties":{"additionalProperties":{"type":["object","null"],)"
            R"("additionalProperties":{"type":"string"}},"a":{"anyOf":[{"properties":{"b":{}}}]}},"required":["a"]})"),
        json::parse(
            R"({"type":"object","properties":{"additionalProperties":{"type":["string","null"],)"
            R"("description":"A JSON object, written as text."},"a":{"anyOf":[{"properties":{"b":{}},"additionalProperties":false}]}},)"
            R"("required":["a"],"additionalProperties":false})"));
}

TEST(Schema, RequiresEverythingWhereThatIsTheRule)
{
    const json strict = sent_to({ strict_schemas },
        R"({"type":"object","required":["a"],"properties":{"a":{"type":"string"},"b":{"type":"integer"},)"
        R"("c":{"type":"string","enum":["x"]},"d":{"anyOf":[{"type":"string"},{"type":"number"}]},)"
        R"("e":{"$ref":"#/$defs/e"},"f":{"type":["string","null"]}},"$defs":{"e":{"type":"object","properties":{},)"
        R"("additionalProperties":false}}})");
    EXPECT_EQ(strict["required"], json({ "a", "b", "c", "d", "e", "f" }));
    EXPECT_EQ(strict["additionalProperties"], false);
    const json& properties = strict["properties"];
    EXPECT_EQ(properties["a"], json::parse(R"({"type":"string"})"));
    EXPECT_EQ(properties["b"], json::parse(R"({"type":["integer","null"]})"));
    EXPECT_EQ(properties["c"], json::parse(R"({"type":["string","null"],"enum":["x",null]})"));
    EXPECT_EQ(
        properties["d"], json::parse(R"({"anyOf":[{"type":"string"},{"type":"number"},{"type":"null"}]})"));
    EXPECT_EQ(properties["e"], json::parse(R"({"anyOf":[{"$ref":"#/$defs/e"},{"type":"null"}]})"));
    EXPECT_EQ(properties["f"], json::parse(R"({"type":["string","null"]})"));
    EXPECT_EQ(strict["$defs"]["e"]["additionalProperties"], false);
}

TEST(Schema, MakesOneObjectOfWhatAllOfSays)
{
    constexpr std::string_view parts =
        R"({"type":"object","properties":{"p":{"description":"d","allOf":[{"$ref":"#/$defs/a"},)"
        R"({"type":"object","properties":{"b":{"type":"string"}},"required":["b"]}]}},"required":["p"],)"
        R"("$defs":{"a":{"type":"object","description":"other","properties":{"a":{"type":"string"}},"required":["a"]}}})";
    const json closed = sent_to({ closed_schemas }, parts)["properties"]["p"];
    EXPECT_EQ(closed,
        json::parse(
            R"({"description":"d","type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},)"
            R"("required":["a","b"],"additionalProperties":false})"));
    EXPECT_EQ(sent_to({ strict_schemas }, parts)["properties"]["p"]["additionalProperties"], false);
    EXPECT_EQ(sent_to({}, parts), json::parse(parts));

    const json root =
        sent_to({ closed_schemas }, R"({"type":"object","allOf":[{"type":"object","required":["a"]}]})");
    EXPECT_EQ(root,
        json::parse(R"({"type":"object","properties":{},"required":["a"],"additionalProperties":false})"));

    const json beside = sent_to({ closed_schemas },
        R"({"type":"object","properties":{"p":{"type":"object","properties":{"a":{"type":"string"}},)"
        R"("required":["a"],"oneOf":[{"properties":{"b":{"type":"string"}},"required":["b"]},{"properties":{}}]}}})");
    EXPECT_EQ(beside["properties"]["p"],
        json::parse(R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},)"
                    R"("required":["a"],"additionalProperties":false})"));
}

TEST(Schema, GoesRoundInCirclesNowhere)
{
    const json sent = sent_to({ closed_schemas },
        R"({"type":"object","properties":{"p":{"allOf":[{"$ref":"#/$defs/a"}]}},)"
        R"("$defs":{"a":{"type":"object","properties":{"next":{"allOf":[{"$ref":"#/$defs/a"}]}}}}})");
    EXPECT_EQ(sent["properties"]["p"]["properties"]["next"]["allOf"][0]["$ref"], "#/$defs/a");
    EXPECT_EQ(sent["$defs"]["a"]["additionalProperties"], false);
}

TEST(Schema, WritesMapsAsTextWhereNothingMayBeOpen)
{
    constexpr std::string_view maps =
        R"({"type":"object","properties":{"env":{"type":"object","description":"Variables.",)"
        R"("additionalProperties":{"type":"string"}},"any":{"type":"object"},)"
        R"("none":{"type":"object","additionalProperties":false}}})";
    const json closed = sent_to({ closed_schemas }, maps)["properties"];
    EXPECT_EQ(closed["env"],
        json::parse(R"({"type":"string","description":"Variables. A JSON object, written as text."})"));
    EXPECT_EQ(closed["any"]["type"], "string");
    EXPECT_EQ(closed["none"]["type"], "object");
    route::Target target = test::unlisted("model");
    target.quirks = { closed_schemas };
    EXPECT_TRUE(writes_maps_as_text({ maps }, target));
    EXPECT_FALSE(
        writes_maps_as_text({ R"({"type":"object","properties":{"a":{"type":"string"}}})" }, target));
    target.dialect = route::Target::Dialect::messages;
    EXPECT_FALSE(writes_maps_as_text({ maps }, target)) << "nobody would read it";
    EXPECT_EQ(follow_schema(R"({"env":"{\"A\":\"1\"}","any":"{}"})", maps), R"({"env":{"A":"1"},"any":{}})");
}

TEST(Schema, ReadsCallsByItWhereMapsAreText)
{
    route::Target target = test::unlisted("model");
    target.quirks = { closed_schemas };
    const auto plan = [&](const std::string& schema) {
        const auto call =
            test::chat_call(R"({"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}],)"
                            R"("tools":[{"name":"Run","input_schema":)"
                    + schema + "}]}",
                target);
        return call ? call->plan : AnswerPlan {};
    };
    EXPECT_TRUE(plan(R"({"type":"object","properties":{"env":{"type":"object"}}})").coerce_arguments);
    EXPECT_FALSE(plan(R"({"type":"object","properties":{"env":{"type":"string"}}})").coerce_arguments);
}

TEST(Schema, IsLeftAsItIsWhereStrictModeWouldChangeItsMeaning)
{
    route::Target target = test::unlisted("model");
    target.quirks = { strict_schemas };
    const auto strict = [&](const std::string& property) {
        const std::string schema =
            R"({"type":"object","properties":{"p":)" + property + R"(},"required":["p"]})";
        const bool is = is_strict_when_sent({ schema }, target);
        EXPECT_TRUE(is || sent_to({ strict_schemas }, schema) == json::parse(schema)) << property;
        return is;
    };
    for (const char* property : { R"({"type":"string","format":"uri","minLength":1})",
             R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{}})",
             R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}}},{"required":["a"]}]})" })
        EXPECT_TRUE(strict(property)) << property;
    for (const char* property :
        { R"({"type":"object","additionalProperties":{"type":"string"}})", R"({"type":"object"})",
            R"({"type":"object","properties":{}})", "{}", R"({"type":"array","items":{"type":"object"}})",
            R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":{"type":"string"}})",
            R"({"type":"object","patternProperties":{"^x":{"type":"string"}}})",
            R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}}},)"
            R"({"type":"object","properties":{"a":{"type":"integer"}}}]})",
            R"({"type":"object","properties":{"a":{"type":"string"}},"anyOf":[{"properties":{"b":{"type":"string"}}}]})" })
        EXPECT_FALSE(strict(property)) << property;
    EXPECT_TRUE(is_strict_when_sent({ R"({"type":"object","properties":{}})" }, target))
        << "a tool without arguments";
}

TEST(Schema, MovesATypeIntoItsAlternatives)
{
    EXPECT_EQ(
        sent_to({ single_type_schemas },
            R"({"type":"object","properties":{"type":{"type":"string"},"anyOf":{"type":"string"},)"
            R"("p":{"type":"string","description":"d","anyOf":[{"minLength":1},{"type":"null"},{"$ref":"#/x"}]}}})"),
        json::parse(
            R"({"type":"object","properties":{"type":{"type":"string"},"anyOf":{"type":"string"},)"
            R"("p":{"description":"d","anyOf":[{"type":"string","minLength":1},{"type":"null"},{"$ref":"#/x"}]}}})"));
}

TEST(Schema, KeepsTheTypeOfItsRoot)
{
    const json sent = sent_to({ single_type_schemas },
        R"({"type":"object","description":"d","anyOf":[{"properties":{"a":{"type":"string"}},"required":["a"]},)"
        R"({"type":"object","properties":{"b":{"type":"string"}}}]})");
    EXPECT_EQ(sent,
        json::parse(
            R"({"type":"object","description":"d","properties":{"a":{"type":"string"},"b":{"type":"string"}}})"));
}

TEST(Schema, SaysEveryTypeWhereThatIsTheRule)
{
    EXPECT_EQ(
        sent_to({ single_type_schemas },
            R"({"type":"object","properties":{"a":{"enum":["x","y"]},"b":{"description":"any"},"c":{"const":5},)"
            R"("d":{"items":{}},"e":{"properties":{"f":{}}},"g":{"enum":["x",1]},"h":true,"$ref":{"minimum":1},)"
            R"("i":{"type":"object","oneOf":[{"required":["a"]},{"anyOf":[{"minProperties":1}]}]},)"
            R"("j":{"anyOf":[{"enum":["x"]},{"type":"null"}]},"k":{"type":"object","additionalProperties":{}}}})"),
        json::parse(
            R"({"type":"object","properties":{"a":{"type":"string","enum":["x","y"]},)"
            R"("b":{"type":"string","description":"any"},"c":{"type":"integer","const":5},)"
            R"("d":{"type":"array","items":{"type":"string"}},"e":{"type":"object","properties":{"f":{"type":"string"}}},)"
            R"("g":{"type":"string","enum":["x",1]},"h":true,"$ref":{"type":"number","minimum":1},)"
            R"("i":{"oneOf":[{"type":"object","required":["a"]},{"anyOf":[{"type":"object","minProperties":1}]}]},)"
            R"("j":{"anyOf":[{"type":"string","enum":["x"]},{"type":"null"}]},)"
            R"("k":{"type":"object","additionalProperties":{"type":"string"}}}})"));
}

TEST(Schema, LosesWhatStrictModeRefusesAndCanDoWithout)
{
    EXPECT_EQ(
        sent_to({ strict_schemas },
            R"({"type":"object","properties":{"default":{"type":"string","default":"x","format":"uri"},)"
            R"("format":{"type":"string","format":"uuid"}},"required":["default","format"],"minProperties":1})"),
        json::parse(R"({"type":"object","properties":{"default":{"type":"string"},)"
                    R"("format":{"type":"string","format":"uuid"}},"required":["default","format"],)"
                    R"("additionalProperties":false})"));
}

TEST(StrictSchema, IsOneThatStrictModeTakes)
{
    const auto closed = [](const std::string& properties, const std::string& required) {
        return R"({"type":"object","additionalProperties":false,"properties":{)" + properties
            + R"(},"required":[)" + required + "]}";
    };
    const auto takes = [&](const std::string& property) {
        return is_strict_schema({ closed("\"p\":" + property, "\"p\"") });
    };
    for (const char* property :
        { R"({"type":"string"})", R"({"type":["string","null"],"enum":["a",null]})",
            R"({"type":"array","items":{"type":"integer","minimum":0},"maxItems":3})",
            R"({"anyOf":[{"type":"string","format":"date-time"},{"$ref":"#/$defs/x"}]})",
            R"({"type":"object","additionalProperties":false,"properties":{"default":{"type":"string"}},"required":["default"]})" })
        EXPECT_TRUE(takes(property)) << property;
    for (const char* property : { R"({"type":"string","format":"uri"})", R"({"type":"string","default":"a"})",
             "{}", "true", R"({"description":"any"})", R"({"type":"array"})",
             R"({"oneOf":[{"type":"string"},{"type":"null"}]})", R"({"allOf":[{"type":"string"}]})",
             R"({"type":"object","additionalProperties":{"type":"string"}})", R"({"type":"object"})",
             R"({"type":"object","additionalProperties":false,"properties":{"a":{"type":"string"}}})",
             R"({"type":"object","additionalProperties":false,"propertyNames":{}})" })
        EXPECT_FALSE(takes(property)) << property;
    EXPECT_TRUE(is_strict_schema({ closed("", "") }));
    for (const char* root : { "", "true", "{}", R"({"type":"array","items":{"type":"string"}})",
             R"({"type":"object","additionalProperties":false,"anyOf":[{"type":"object"}]})" })
        EXPECT_FALSE(is_strict_schema({ root })) << root;
    std::string deep = R"({"type":"string"})";
    for (int i = 0; i < 12; ++i)
        deep = closed("\"p\":" + deep, "\"p\"");
    EXPECT_FALSE(is_strict_schema({ deep }));
}

TEST(Schema, IsCarriedHoweverDeepItIs)
{
    std::string deep = R"({"enum":["x"]})";
    for (int i = 0; i < 120; ++i)
        deep = R"({"type":"object","properties":{"p":)" + deep + R"(},"required":["p"]})";
    for (const route::Quirk quirk : { gemini_schemas, strict_schemas, single_type_schemas, closed_schemas })
        EXPECT_EQ(sent_to({ quirk }, deep)["properties"]["p"]["properties"]["p"]["type"], "object");
}

TEST(Schema, KeepsPropertiesThatAreCalledLikeKeywordsForGemini)
{
    const json cleaned = sent_to({ gemini_schemas },
        R"({"type":"object","properties":{"format":{"type":"string"},"default":{"type":"integer"},)"
        R"("title":{"type":"string"},"$ref":{"type":"string"},"properties":{"type":"object","properties":{"enum":{"type":"string"}}}},)"
        R"("required":["$ref","default"]})");
    EXPECT_EQ(cleaned,
        json::parse(
            R"({"type":"object","properties":{"format":{"type":"string"},"default":{"type":"integer"},)"
            R"("title":{"type":"string"},"$ref":{"type":"string"},"properties":{"type":"object","properties":{"enum":{"type":"string"}}}},)"
            R"("required":["$ref","default"]})"));
}

} // namespace
} // namespace dragoman::translate
