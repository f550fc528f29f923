"""Bodies have the size and the shape they are said to have."""
import base64
import hashlib
import json
import unittest

import workloads

QUICK = [size for size in workloads.SHAPES if size != "32m"]
BODIES = {size: workloads.body(size, "bench/whole-2k") for size in workloads.SHAPES}
READ = {size: json.loads(text) for size, text in BODIES.items()}


def blocks(request, kind):
    return [block for message in request["messages"] for block in message["content"] if block["type"] == kind]


class Workloads(unittest.TestCase):
    def test_sizes_are_within_two_percent_and_never_above_what_a_server_takes(self):
        named = {"1k": 1024, "16k": 16 * 1024, "60k": 60 * 1024, "300k": 300 * 1024, "1m": 1024 ** 2, "32m": 32 * 1024 ** 2}
        self.assertEqual(set(named), set(BODIES))
        for size, expected in named.items():
            with self.subTest(size):
                self.assertLess(abs(len(BODIES[size]) - expected) / expected, 0.02)
                self.assertLessEqual(len(BODIES[size]), 32 * 1024 ** 2)

    def test_the_model_stands_first_and_streaming_is_said_only_when_asked_for(self):
        for size in QUICK:
            self.assertTrue(BODIES[size].startswith(b'{"model":"bench/whole-2k",'), size)
            self.assertEqual(BODIES[size].count(b'"model":"'), 1, size)
            self.assertNotIn("stream", READ[size])
        self.assertIs(json.loads(workloads.body("60k", "anthropic/text-500-0", stream=True))["stream"], True)

    def test_a_streamed_body_has_the_same_size_as_one_that_is_not(self):
        for size in QUICK:
            self.assertEqual(len(workloads.body(size, "bench/text-500-10", stream=True)), len(BODIES[size]), size)

    def test_system_has_two_to_four_blocks_and_there_are_at_most_four_cache_marks(self):
        for size, request in READ.items():
            with self.subTest(size):
                self.assertIn(len(request["system"]), (2, 3, 4))
                self.assertTrue(all(block["text"] for block in request["system"]))
                self.assertLessEqual(BODIES[size].count(b'"cache_control"'), 4)

    def test_tools_have_distinct_names_and_schemas(self):
        for size, request in READ.items():
            with self.subTest(size):
                tools = request["tools"]
                self.assertTrue(18 <= len(tools) <= 40 or (size == "1k" and len(tools) == 1))
                self.assertEqual(len({tool["name"] for tool in tools}), len(tools))
                for tool in tools:
                    self.assertTrue(tool["description"])
                    self.assertEqual(tool["input_schema"]["type"], "object")
                    self.assertIn("file_path", tool["input_schema"]["properties"])

    def test_history_alternates_and_every_call_has_its_result_in_the_next_message(self):
        for size, request in READ.items():
            messages = request["messages"]
            with self.subTest(size):
                self.assertEqual([message["role"] for message in messages],
                                 ["user", "assistant"] * (len(messages) // 2) + ["user"])
                for said, answered in zip(messages[1::2], messages[2::2]):
                    calls = [block["id"] for block in said["content"] if block["type"] == "tool_use"]
                    results = [block["tool_use_id"] for block in answered["content"] if block["type"] == "tool_result"]
                    self.assertTrue(calls)
                    self.assertEqual(calls, results)

    def test_calls_are_unique_and_are_of_tools_that_were_offered(self):
        for size in ("16k", "60k", "300k", "1m"):
            calls = blocks(READ[size], "tool_use")
            self.assertEqual(len({call["id"] for call in calls}), len(calls), size)
            self.assertLessEqual({call["name"] for call in calls}, {tool["name"] for tool in READ[size]["tools"]}, size)

    def test_history_thinks_and_larger_ones_hold_pictures(self):
        for size in ("16k", "60k", "300k", "1m"):
            self.assertTrue(all(block["thinking"] and block["signature"] for block in blocks(READ[size], "thinking")), size)
            self.assertTrue(blocks(READ[size], "thinking"), size)
        for size in ("60k", "300k", "1m"):
            results = blocks(READ[size], "tool_result")
            shown = [result["content"][0] for result in results if isinstance(result["content"], list)]
            self.assertTrue(shown, size)
            for picture in shown:
                self.assertTrue(base64.b64decode(picture["source"]["data"], validate=True).startswith(b"\x89PNG\r\n\x1a\n"))

    def test_most_of_a_larger_body_is_history(self):
        for size in ("300k", "1m", "32m"):
            history = len(workloads.compact(READ[size]["messages"]).encode())
            self.assertGreater(history / len(BODIES[size]), 0.6, size)
            padding = READ[size]["messages"][-1]["content"][-1]["text"]
            self.assertLess(len(padding) / len(BODIES[size]), 0.2, size)

    def test_text_needs_escapes_and_has_letters_beyond_ascii(self):
        for size in ("16k", "60k", "300k"):
            for wanted in (b"\\n", b'\\"', b"\\t", b"\\\\", "ï".encode()):
                self.assertIn(wanted, BODIES[size], size)

    def test_the_same_arguments_make_the_same_bytes(self):
        for size in QUICK:
            again = workloads.body(size, "bench/whole-2k")
            self.assertEqual(hashlib.sha256(again).digest(), hashlib.sha256(BODIES[size]).digest(), size)

    def test_a_shape_that_does_not_fit_is_refused_in_words(self):
        saved = workloads.SHAPES["1k"]
        self.addCleanup(workloads.SHAPES.__setitem__, "1k", saved)
        workloads.SHAPES["1k"] = workloads.Shape(1024, 2, 4000, 1, 30)
        with self.assertRaisesRegex(ValueError, "no room for its own shape"):
            workloads.body("1k", "bench/whole-2k")


if __name__ == "__main__":
    unittest.main()
