"""Medians, spreads, bounds, and the table that shows them."""
import unittest

from compare import table
from compare.samples import ABSOLUTE, Bound, Row, quotient


def row(ours, theirs=(), bound=None, **more):
    return Row("CPU per request", "µs", list(ours), list(theirs), bound, **more)


class Samples(unittest.TestCase):
    def test_values_are_medians_and_the_ratio_is_theirs(self):
        measured = row([30, 10, 20], [10, 30, 10])
        self.assertEqual((measured.value, measured.reference, measured.ratio), (20, 10, 2))

    def test_the_ratio_of_pairs_is_the_median_of_theirs(self):
        measured = row([20, 90, 15], [10, 30, 10], in_pairs=True)
        self.assertEqual((measured.value, measured.reference, measured.ratio), (20, 10, 2))
        self.assertEqual(row([30, 60, 15], [10, 40, 10], in_pairs=True).ratio, 1.5)
        self.assertIsNone(row([30], [0], in_pairs=True).ratio)

    def test_an_even_number_of_samples_has_the_mean_of_the_two_in_the_middle(self):
        self.assertEqual(row([1, 2, 4, 100]).value, 3)

    def test_spread_is_of_the_ratios_repetition_by_repetition(self):
        self.assertEqual(row([20, 40, 30], [10, 10, 30]).spread, (1, 4))

    def test_spread_without_nginx_is_of_the_values(self):
        self.assertEqual(row([3, 1, 2]).spread, (1, 3))

    def test_one_sample_has_no_spread(self):
        self.assertIsNone(row([3], [2]).spread)

    def test_a_bound_is_kept_up_to_its_limit(self):
        self.assertIs(row([15], [10], Bound(1.5)).within, True)
        self.assertIs(row([15.1], [10], Bound(1.5)).within, False)
        self.assertIs(row([8], [1], Bound(8, ABSOLUTE)).within, True)
        self.assertIs(row([8.1], [100], Bound(8, ABSOLUTE)).within, False)

    def test_nothing_is_said_about_what_has_no_bound(self):
        self.assertIsNone(row([15], [10]).within)

    def test_an_added_latency_that_is_lost_in_the_noise_gives_no_ratio(self):
        for theirs in (0, -3):
            measured = row([5], [theirs], Bound(1.3))
            self.assertIsNone(measured.ratio)
            self.assertIsNone(measured.within)
        self.assertEqual(row([5, 6, 8], [-1, 2, 4]).spread, (2, 3))

    def test_quotients_need_both_sides(self):
        self.assertIsNone(quotient(None, 3))
        self.assertIsNone(quotient(3, None))
        self.assertEqual(quotient(-3, 3), -1)


class Table(unittest.TestCase):
    def test_a_row_says_everything_in_its_columns(self):
        self.assertEqual(table.cells(row([30, 15, 20], [10, 10, 10], Bound(1.5))),
                         ("CPU per request", "20.0 µs", "10.0 µs", "2.00x", "1.50–3.00x", "1.5x", "**no**"))

    def test_an_absolute_bound_has_the_unit_of_its_row(self):
        memory = Row("memory", "MiB", [7.5, 7.9], [], Bound(8, ABSOLUTE))
        self.assertEqual(table.cells(memory), ("memory", "7.70 MiB", "–", "–", "7.50–7.90", "8 MiB", "yes"))

    def test_a_count_has_no_unit(self):
        lost = Row("lost", "", [0], [0], Bound(0, ABSOLUTE))
        self.assertEqual(table.cells(lost), ("lost", "0", "0", "–", "–", "0", "yes"))

    def test_what_could_not_be_held_against_its_bound_is_said(self):
        self.assertEqual(table.within_text(row([5], [-1], Bound(1.3))), "not measured")
        self.assertEqual(table.within_text(row([5], [-1])), "–")

    def test_a_disturbed_row_says_so(self):
        self.assertEqual(table.within_text(row([5], [5], Bound(1.3), disturbed=True)), "yes, disturbed")

    def test_numbers_have_three_digits(self):
        shown = {0: "0", 0.0123: "0.01", 1.234: "1.23", 12.34: "12.3", 123.4: "123", 12345.6: "12,346", -1.5: "-1.50"}
        self.assertEqual({value: table.number(value) for value in shown}, shown)

    def test_the_table_is_markdown_with_columns_of_equal_width(self):
        lines = table.render([row([1], [1]), row([1000], [1], Bound(2.0))]).splitlines()
        self.assertEqual(len(lines), 4)
        self.assertEqual(len({len(line) for line in lines}), 1)
        self.assertEqual([cell.strip() for cell in lines[0].strip("|").split("|")], list(table.HEADINGS))
        self.assertRegex(lines[1], r"^\|(-+\|){7}$")
        self.assertEqual({line.count("|") for line in lines}, {8})

    def test_the_summary_counts_what_is_not_measured_as_not_kept(self):
        rows = [row([1], [1], Bound(1.5)), row([2], [1], Bound(1.5)), row([2], [-1], Bound(1.5)), row([9], [1])]
        self.assertEqual(table.summary(rows), "1 of 3 bounds are kept.")


if __name__ == "__main__":
    unittest.main()
