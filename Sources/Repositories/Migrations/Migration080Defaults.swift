/// The framework every trust begins with, as a draft to be made its own: title, purpose, kind, who leads, what comes of it, the kind of day it needs, whether
/// it is shared, whether a partner comes, how often by tier (`ProcessFrequency`).
///
/// The more support a school gets, the more often it is looked at together. Whatever is here, each trust changes to what it does.
let migration080Defaults = """
    INSERT INTO framework VALUES ('fwk_01m85dmb00e008000000000001', 'Our framework for school improvement',
        'What every school goes through in a year, and what the schools do together. Change the draft to what your trust does, then publish it.',
        1, 'fwk_01m85dmb00e008000000000001', NULL, NULL, NULL, 'draft', 'service',
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '"1"');
    WITH item (title, purpose, kind, ledBy, outputs, dayKind, isShared, needsPartner, windowDays, frequencies) AS (VALUES
    ('Self-evaluation', 'The school says where it stands, area by area.', 'selfEvaluation', 'headteacher', '["Self-evaluation"]', 'staffIn', 0, 0, NULL,
        '[\(every("year", 2, tier: "intervention")),\(every("year", 2, tier: "intensive")),\(every("year", 1))]'),
    ('School review', 'Leaders of the trust see the school at work and agree with its lead what comes next.', 'schoolReview', 'improvementLead',
        '["Findings","Priorities for the next term"]', 'pupilsIn', 0, 0, NULL,
        '[\(every("halfTerm", 1, tier: "intervention")),\(every("term", 1, tier: "intensive")),\(every("year", 1))]'),
    ('Peer review', 'The head of another school looks at one question the school has asked.', 'peerReview', 'headteacher',
        '["Findings","Good practice to share"]', 'pupilsIn', 0, 1, NULL, '[\(every("year", 1))]'),
    ('Plan review', 'The school''s plan: what is done, what is reached, what changes.', 'planReview', 'headteacher', '["Review of the plan"]', 'staffIn', 0, 0, 28,
        '[\(every("halfTerm", 1, tier: "intervention")),\(every("term", 1))]'),
    ('Data review', 'Attendance, attainment and behaviour, as figures and as children.', 'dataReview', 'improvementLead', '["Questions and answers"]',
        'officeOpen', 0, 0, 28, '[\(every("halfTerm", 1, tier: "intervention")),\(every("halfTerm", 1, tier: "intensive")),\(every("term", 1))]'),
    ('Moderation', 'Teachers of all schools judge work together, so that a standard means the same everywhere.', 'moderation', 'specialist',
        '["Agreed standards"]', 'staffIn', 1, 0, 28, '[\(every("term", 1))]'),
    ('Safeguarding review', 'Whether every child is as safe as the policies say.', 'safeguardingReview', 'specialist', '["Actions, each with its day"]',
        'pupilsIn', 0, 0, NULL, '[\(every("year", 2, tier: "intervention")),\(every("year", 1))]'),
    ('Line meeting', 'The head and whoever supports the school talk.', 'lineMeeting', 'chiefExecutive', '["Note of the meeting"]', 'officeOpen', 0, 0, NULL,
        '[\(every("halfTerm", 2, tier: "intervention")),\(every("halfTerm", 1))]'),
    ('Training day', 'Staff of all schools learn together.', 'training', 'improvementLead', '["Materials","Evaluation"]', 'staffIn', 1, 0, 28,
        '[\(every("year", 2))]'),
    ('Head''s report', 'The head reports to those who govern the school.', 'headsReport', 'headteacher', '["Report"]', 'officeOpen', 0, 0, 28,
        '[\(every("term", 1))]')
    )
    INSERT INTO keyProcess
        SELECT printf('prc_01m85dmb00e008000000000%03d', row_number() OVER ()), 'fwk_01m85dmb00e008000000000001', 10 * row_number() OVER (), title,
            purpose, kind, NULL, ledBy, outputs, dayKind, isShared, needsPartner, windowDays, frequencies, 'service',
            strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '"1"'
        FROM item;
    """

/// One frequency as it is stored.
private func every(_ period: String, _ times: Int, tier: String? = nil) -> String {
    "{\"stage\":null,\"tier\":\(tier.map { "\"\($0)\"" } ?? "null"),\"every\":\"\(period)\",\"times\":\(times)}"
}
