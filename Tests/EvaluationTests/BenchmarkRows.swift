import JSON
import Testing

@testable import Evaluation

/// Made-up rows in the shapes of the public files.
enum BenchmarkRows {
    static func rows(_ lines: String, file: String = "data.jsonl") throws -> [DataRow] {
        try lines.split(separator: "\n").enumerated().map { index, line in
            DataRow(
                fields: try #require(try JSONValue(parsing: String(line)).objectValue), line: index + 1, file: file)
        }
    }

    /// Several rows for each benchmark, among them those whose gold is easily misread.
    static let made: [String: String] = [
        "aime": #"""
        {"id": 60, "problem": "What is 10 + 23?", "answer": "033"}
        {"id": 61, "problem": "What is 6 · 7?", "answer": 42}
        {"ID": "2024-II-4", "Problem": "What is 1000 - 1?", "Answer": "999"}
        """#,
        "math": #"""
        {"unique_id": "test/a/1.json", "problem": "Halve 3.", "answer": "\\frac{3}{2}", "subject": "Algebra", "level": 2}
        {"unique_id": "test/a/2.json", "problem": "Name it.", "answer": "\\text{Monday}", "subject": "Algebra", "level": 1}
        {"problem": "Roots of x^2 = 4?", "solution": "They are $\\boxed{-2, 2}$.", "subject": "Algebra", "level": 1}
        {"problem": "Where?", "answer": "\\left( 3, \\frac{\\pi}{2} \\right)", "level": "Level 3"}
        """#,
        "cnmo": #"{"problem": "What is 2^10?", "answer": "1024"}"#,
        "gsm8k": #####"""
        {"question": "A box holds 617 pens. How many do two hold?", "answer": "2*617=<<2*617=1234>>1234\n#### 1,234"}
        {"question": "How much is left of 3 dollars?", "answer": "Half of it.\n#### 1.50"}
        {"question": "And below zero?", "answer": "#### -7"}
        """#####,
        "cmath": #"""
        {"grade": 1, "question": "3盒茶叶，一盒6包，一共几包？", "golden": "18", "reasoning_step": 1}
        {"grade": 6, "question": "打几折？", "golden": "0.85"}
        """#,
        "gpqa": #"""
        {"Record ID": "rec1", "Question": "Pick one.", "Correct Answer": "right\n", "Incorrect Answer 1": "wrong 1", "Incorrect Answer 2": "wrong 2", "Incorrect Answer 3": "All of the above", "High-level domain": "Physics", "Canary String": "none"}
        {"Record ID": "rec2", "Question": "Pick again.", "Correct Answer": "yes", "Incorrect Answer 1": "no", "Incorrect Answer 2": "maybe", "Incorrect Answer 3": "never"}
        """#,
        "mmlu": #"""
        {"0": "What is 1 + 1?", "1": "1", "2": "2", "3": "3", "4": "4", "5": "B"}
        {"0": "Which hold?", "1": "first", "2": "second", "3": "A and B", "4": "neither A nor B", "5": "C"}
        {"question": "What is 2 + 1?", "choices": ["1", "2", "3", "4"], "answer": 2, "subject": "sums"}
        """#,
        "mmlu-redux": #"""
        {"question": "What is 1 + 1?", "choices": ["1", "2", "3", "4"], "answer": 1, "error_type": "ok", "subject": "sums"}
        {"question": "What is 3 + 1?", "choices": ["1", "2", "3", "4"], "answer": 0, "error_type": "wrong_groundtruth", "correct_answer": "3"}
        {"question": "What?", "choices": ["1", "2", "3", "4"], "answer": 0, "error_type": "bad_question_clarity"}
        """#,
        "mmlu-pro": #"""
        {"question_id": 70, "question": "Which is the last?", "options": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"], "answer": "J", "answer_index": 9, "category": "law"}
        {"question_id": 71, "question": "Which is 2?", "options": ["1", "2", "3"], "answer": "B", "answer_index": 1, "category": "math"}
        """#,
        "ceval": #"""
        {"id": 0, "question": "下列哪一项是偶数？", "A": "1", "B": "2", "C": "3", "D": "5", "answer": "B"}
        {"id": 1, "question": "下列说法正确的是", "A": "甲", "B": "乙", "C": "丙", "D": "以上都对", "answer": "D"}
        """#,
        "cmmlu": #"{"": 0, "Question": "一周有几天？", "A": "五", "B": "六", "C": "七", "D": "八", "Answer": "C"}"#,
        "clue-wsc": #"""
        {"target": {"span2_index": 6, "span1_index": 0, "span1_text": "小明", "span2_text": "他"}, "idx": 0, "label": "true", "text": "小明说今天他不来了。"}
        {"target": {"span2_index": 6, "span1_index": 3, "span1_text": "今天", "span2_text": "他"}, "idx": 1, "label": "false", "text": "小明说今天他不来了。"}
        """#,
        "drop": #"""
        {"split": "train", "context": "Passage: Four cats sat.\nQuestion: How many cats?\nAnswer:", "completion": "4", "ref_text": "4"}
        {"context": "Passage: The team won 24-10 in 2008.\nQuestion: By how many points?\nAnswer:", "completion": "14", "ref_text": "14|14 points"}
        {"passage": "Ann and Ben ran, Cem walked.", "question": "Who ran?", "section_id": "s1", "answer": {"number": "", "date": {"day": "", "month": "", "year": ""}, "spans": ["Ann", "Ben"]}, "validated_answers": {"number": [""], "date": [{"day": "", "month": "", "year": ""}], "spans": [["Ann", "Ben"]]}}
        {"passage": "It began on 3 May 1921.", "question": "When?", "answer": {"number": "", "date": {"day": "3", "month": "May", "year": "1921"}, "spans": []}}
        """#,
        "simpleqa": #"{"problem": "In which year was the bridge opened?", "answer": "1931", "metadata": "{}"}"#,
        "chinese-simpleqa": #"{"id": "a1", "primary_category": "地理", "question": "这座桥在哪个城市？", "answer": "武汉"}"#,
        "custom": #"""
        {"question": "What is one half?", "answer": "0.5"}
        {"question": "Which?", "grader": "choice", "options": ["yes", "no"], "answer": "B"}
        {"prompt": "Which? A) yes B) no", "grader": "choice", "options": ["yes", "no"], "answer": 1}
        {"question": "Say hello.", "grader": "exact", "answer": ["hello", "Hello!"]}
        {"question": "Name a colour of the flag.", "grader": "contains", "answer": ["red", "white"]}
        {"question": "Write a year.", "grader": "regex", "answer": "\\b(19|20)\\d\\d\\b", "id": "year"}
        {"question": "Who ran?", "grader": "f1", "answer": "Ann and Ben"}
        {"question": "Is it so?", "grader": "yes-no", "answer": "yes"}
        {"question": "Who wrote it?", "grader": "judge", "answer": "Ann"}
        """#,
    ]
}
