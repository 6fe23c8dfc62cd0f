/// The catalogue a trust can begin with, as a ``CatalogueFile``: every business area, to be made the trust's own.
///
/// Types of human resources, payroll, data protection and safeguarding are confidential without being told; a vacancy and a freedom of information
/// request name nobody, and are not. Safeguarding takes no concern about a child and no
/// allegation; its forms say whom to tell instead, after Keeping children safe in education (Department for Education), part four.
let defaultCatalogue = #"""
    services:
      - name: Accounts and budgets
        area: finance
        team: Finance
        description: "Budgets, accounts, audit, grants."
        types:
          - name: "Question about our budget"
            description: "A code, a balance, a forecast."
            fields:
              - {key: budgetCode, label: "Budget code", kind: text}
              - {key: question, label: "What would you like to know?", kind: longText, isRequired: true}
          - name: "Virement between budgets"
            description: "Money moves from one budget to another."
            checklist: ["Checked against the scheme of delegation", "Recorded in the ledger"]
            fields:
              - {key: from, label: "From budget", kind: text, isRequired: true}
              - {key: to, label: "To budget", kind: text, isRequired: true}
              - {key: amount, label: "Amount", kind: money, isRequired: true, help: "In pence."}
              - {key: reason, label: "Why", kind: longText, isRequired: true}
          - name: "Grant: advice or claim"
            fields:
              - {key: grant, label: "Which grant?", kind: text, isRequired: true}
              - {key: deadline, label: "Deadline", kind: date}
              - {key: amount, label: "Amount", kind: money}
      - name: Payments
        area: finance
        team: Finance
        description: "Invoices, purchase orders, refunds, school cards."
        types:
          - name: "Invoice query"
            fields:
              - {key: supplier, label: "Supplier", kind: text, isRequired: true}
              - {key: invoiceNumber, label: "Invoice number", kind: text}
              - {key: amount, label: "Amount", kind: money}
              - {key: invoice, label: "The invoice", kind: file}
          - name: "New supplier"
            description: "Bank details are confirmed by telephone on a number that is not from the letter."
            checklist: ["Supplier found in the register of companies", "Bank details confirmed by telephone", "Conflict of interest asked"]
            fields:
              - {key: supplier, label: "Supplier", kind: text, isRequired: true}
              - {key: companyNumber, label: "Company number", kind: text}
              - {key: what, label: "What will you buy?", kind: longText, isRequired: true}
          - name: "School card: new, lost, limit"
            defaultPriority: high
            fields:
              - {key: what, label: "What is it about?", kind: choice, isRequired: true, options: ["New card", "Lost or stolen", "Limit"]}
              - {key: holder, label: "Card holder", kind: person, isRequired: true}
      - name: Recruitment
        area: hr
        team: Human resources
        description: "From the vacancy to the first day."
        types:
          - name: "Recruit somebody"
            isConfidential: false
            description: "Advert, shortlist, interview, checks."
            checklist: ["Establishment and budget agreed", "Advert published", "Shortlist", "Interviews", "References", "Single central record checks", "Contract sent"]
            fields:
              - {key: role, label: "Role", kind: text, isRequired: true}
              - {key: kind, label: "Teaching or support", kind: choice, isRequired: true, options: ["Teaching", "Support", "Leadership"]}
              - {key: startsOn, label: "First day", kind: date, isRequired: true}
              - {key: contract, label: "Contract", kind: choice, isRequired: true, options: ["Permanent", "Fixed term"]}
              - {key: endsOn, label: "Last day", kind: date, isRequired: true, onlyIf: {field: contract, values: ["Fixed term"]}}
              - {key: fte, label: "Full-time equivalent", kind: number, isRequired: true, help: "1 is full time."}
              - {key: budgetCode, label: "Budget code", kind: text}
              - {key: advert, label: "Draft of the advert", kind: file}
          - name: "Pre-employment checks"
            description: "Which checks are missing, and by when."
            defaultPriority: high
            fields:
              - {key: startsOn, label: "First day", kind: date, isRequired: true}
              - {key: checks, label: "Checks", kind: multiChoice, isRequired: true, options: ["DBS with barred list", "Right to work", "Prohibition", "Section 128", "Overseas", "References", "Medical"]}
      - name: People advice
        area: hr
        team: Human resources
        description: "Contracts, absence, conduct, capability, leave. Only the people named in a request see it."
        types:
          - name: "Advice about a member of staff"
            fields:
              - {key: topic, label: "Topic", kind: choice, isRequired: true, options: ["Absence", "Conduct", "Capability", "Grievance", "Flexible working", "Maternity, paternity, adoption", "Leaving", "Other"]}
              - {key: meeting, label: "Is a meeting arranged?", kind: date}
              - {key: whatHappened, label: "What happened so far", kind: longText, isRequired: true}
          - name: "Change of contract"
            fields:
              - {key: change, label: "What changes?", kind: longText, isRequired: true}
              - {key: startsOn, label: "From", kind: date, isRequired: true}
          - name: "Leaver"
            checklist: ["Acknowledged", "Payroll told", "Accounts closed on the last day", "Equipment returned"]
            fields:
              - {key: lastDay, label: "Last day", kind: date, isRequired: true}
              - {key: reason, label: "Reason", kind: choice, isRequired: true, options: ["Resignation", "Retirement", "End of contract", "Other"]}
      - name: Pay
        area: payroll
        team: Payroll
        description: "Monthly pay, pensions, expenses. Only the people named in a request see it."
        types:
          - name: "Pay query"
            defaultPriority: high
            fields:
              - {key: month, label: "Which month?", kind: text, isRequired: true, help: "As on the payslip."}
              - {key: question, label: "What is wrong?", kind: longText, isRequired: true}
          - name: "Change for this month"
            defaultPriority: high
            fields:
              - {key: change, label: "Change", kind: longText, isRequired: true}
              - {key: from, label: "From", kind: date, isRequired: true}
          - name: "Pension question"
            fields:
              - {key: scheme, label: "Scheme", kind: choice, isRequired: true, options: ["Teachers' Pension Scheme", "Local Government Pension Scheme"]}
              - {key: question, label: "Question", kind: longText, isRequired: true}
      - name: Service desk
        area: it
        team: IT
        description: "Accounts, devices, networks, the management information system."
        targets:
          low: {firstResponseMinutes: 960, updateMinutes: 2400, resolutionMinutes: 4800}
          normal: {firstResponseMinutes: 240, updateMinutes: 960, resolutionMinutes: 1440}
          high: {firstResponseMinutes: 60, updateMinutes: 240, resolutionMinutes: 480}
          urgent: {firstResponseMinutes: 30, updateMinutes: 60, resolutionMinutes: 240}
        types:
          - name: "Something does not work"
            fields:
              - {key: what, label: "What does not work?", kind: longText, isRequired: true}
              - {key: affects, label: "Whom does it affect?", kind: choice, isRequired: true, options: ["One person", "A class", "The whole school"]}
              - {key: since, label: "Since when?", kind: date}
              - {key: screenshot, label: "Screenshot", kind: file}
          - name: "Account: new, changed, closed"
            fields:
              - {key: action, label: "What is to be done?", kind: choice, isRequired: true, options: ["New", "Change", "Close"]}
              - {key: forWhom, label: "For whom?", kind: text, isRequired: true}
              - {key: onDay, label: "On which day?", kind: date, isRequired: true}
          - name: "Cyber incident"
            description: "Switch nothing off; take the device from the network and telephone as well."
            defaultPriority: urgent
            checklist: ["Device taken from the network", "Data protection officer told", "Insurer told", "Action Fraud told"]
            fields:
              - {key: what, label: "What have you seen?", kind: longText, isRequired: true}
              - {key: personalData, label: "Could personal data be affected?", kind: choice, isRequired: true, options: ["Yes", "No", "Not known"]}
      - name: Devices and software
        area: it
        team: IT
        description: "Buying, lending, replacing."
        types:
          - name: "New device or software"
            fields:
              - {key: what, label: "What is needed?", kind: longText, isRequired: true}
              - {key: howMany, label: "How many?", kind: number, isRequired: true}
              - {key: budgetCode, label: "Budget code", kind: text}
              - {key: neededBy, label: "Needed by", kind: date}
      - name: Data protection
        area: dataProtection
        team: Data protection
        description: "Requests for personal data, breaches, assessments. Only the people named in a request see it."
        types:
          - name: "Subject access request"
            description: "Somebody asks for the personal data a school holds about them: one calendar month."
            defaultPriority: high
            statutoryRule: subjectAccess
            checklist: ["Identity checked", "Scope agreed", "Searches made", "Third parties and exemptions reviewed", "Reply sent"]
            fields:
              - {key: receivedOn, label: "Received on", kind: date, isRequired: true}
              - {key: from, label: "From whom?", kind: choice, isRequired: true, options: ["Pupil", "Parent or carer", "Member of staff", "Somebody else"]}
              - {key: letter, label: "The request", kind: file}
          - name: "Personal data breach"
            description: "Report what you know now: the law gives 72 hours, weekends included."
            defaultPriority: urgent
            statutoryRule: dataBreach
            checklist: ["Contained", "Risk assessed", "Commissioner told, or why not", "People told, or why not", "Recorded"]
            fields:
              - {key: what, label: "What happened?", kind: longText, isRequired: true}
              - {key: knownSince, label: "Known since", kind: date, isRequired: true}
              - {key: people, label: "How many people?", kind: number}
              - {key: kinds, label: "Kinds of data", kind: multiChoice, isRequired: true, options: ["Names and addresses", "Health", "Special educational needs", "Safeguarding", "Finance", "Other"]}
          - name: "Impact assessment"
            fields:
              - {key: what, label: "What is planned?", kind: longText, isRequired: true}
              - {key: startsOn, label: "From", kind: date}
      - name: Freedom of information
        area: dataProtection
        team: Data protection
        description: "Requests under the Freedom of Information Act: 20 school days, at most 60 working days."
        types:
          - name: "Freedom of information request"
            isConfidential: false
            statutoryRule: freedomOfInformation
            checklist: ["Acknowledged", "Information found", "Exemptions considered", "Reply sent"]
            fields:
              - {key: receivedOn, label: "Received on", kind: date, isRequired: true}
              - {key: request, label: "The request", kind: longText, isRequired: true}
              - {key: letter, label: "The letter", kind: file}
      - name: Buildings
        area: estates
        team: Estates
        description: "Repairs, projects, lettings."
        types:
          - name: "Repair"
            fields:
              - {key: where, label: "Where?", kind: text, isRequired: true}
              - {key: what, label: "What is broken?", kind: longText, isRequired: true}
              - {key: danger, label: "Is anybody in danger, or the school closed?", kind: choice, isRequired: true, options: ["Yes", "No"]}
              - {key: photo, label: "Photograph", kind: file}
          - name: "Building project"
            fields:
              - {key: what, label: "What is planned?", kind: longText, isRequired: true}
              - {key: budget, label: "Budget", kind: money}
              - {key: startsOn, label: "Wanted from", kind: date}
      - name: Health and safety
        area: estates
        team: Estates
        description: "Accidents, risk assessments, statutory tests, visits."
        types:
          - name: "Accident or near miss"
            description: "Serious injuries are reported to the Health and Safety Executive within days: RIDDOR."
            defaultPriority: high
            fields:
              - {key: happenedOn, label: "On which day?", kind: date, isRequired: true}
              - {key: what, label: "What happened?", kind: longText, isRequired: true}
              - {key: hospital, label: "Was anybody taken to hospital?", kind: choice, isRequired: true, options: ["Yes", "No"]}
          - name: "Risk assessment or educational visit"
            fields:
              - {key: what, label: "What for?", kind: longText, isRequired: true}
              - {key: onDay, label: "On which day?", kind: date, isRequired: true}
              - {key: assessment, label: "Draft", kind: file}
      - name: Buying
        area: procurement
        team: Procurement
        description: "Quotes, tenders, contracts, frameworks."
        types:
          - name: "Buy something"
            checklist: ["Threshold checked", "Quotes or tender", "Conflict of interest asked", "Approved by delegation", "Contract filed"]
            fields:
              - {key: what, label: "What is needed?", kind: longText, isRequired: true}
              - {key: value, label: "Value over the whole contract", kind: money, isRequired: true}
              - {key: neededBy, label: "Needed by", kind: date, isRequired: true}
              - {key: contractEnds, label: "When does the contract of today end?", kind: date}
          - name: "Contract query"
            fields:
              - {key: supplier, label: "Supplier", kind: text, isRequired: true}
              - {key: question, label: "Question", kind: longText, isRequired: true}
      - name: Governance
        area: governance
        team: Governance
        description: "Boards, meetings, appointments, declarations."
        types:
          - name: "Advice for a governing body"
            fields:
              - {key: question, label: "Question", kind: longText, isRequired: true}
              - {key: meetingOn, label: "Before which meeting?", kind: date}
          - name: "Governor: appointment, end, declaration"
            fields:
              - {key: what, label: "What is it about?", kind: choice, isRequired: true, options: ["Appointment", "End of term", "Declaration of interests"]}
              - {key: who, label: "Who?", kind: text, isRequired: true}
              - {key: onDay, label: "On which day?", kind: date, isRequired: true}
          - name: "Complaint at a formal stage"
            defaultPriority: high
            fields:
              - {key: stage, label: "Stage", kind: choice, isRequired: true, options: ["Stage 2", "Panel", "Department for Education"]}
              - {key: receivedOn, label: "Received on", kind: date, isRequired: true}
              - {key: complaint, label: "The complaint", kind: file}
      - name: Admissions and appeals
        area: admissions
        team: Admissions
        description: "Arrangements, in-year places, appeals."
        types:
          - name: "Appeal"
            checklist: ["Panel booked", "Case of the school sent", "Hearing", "Decision sent"]
            fields:
              - {key: yearGroup, label: "Year group", kind: text, isRequired: true}
              - {key: receivedOn, label: "Received on", kind: date, isRequired: true}
              - {key: how, label: "How many places are asked for?", kind: number}
          - name: "Admission arrangements or in-year place"
            fields:
              - {key: question, label: "Question", kind: longText, isRequired: true}
      - name: Communications
        area: communications
        team: Communications
        description: "Media, websites, letters in a crisis."
        types:
          - name: "Media enquiry"
            description: "Say nothing yet; note who asks, and until when."
            defaultPriority: urgent
            fields:
              - {key: who, label: "Who asks?", kind: text, isRequired: true}
              - {key: deadline, label: "Until when?", kind: text, isRequired: true}
              - {key: about, label: "About what?", kind: longText, isRequired: true}
          - name: "Website, letter, brochure"
            fields:
              - {key: what, label: "What is needed?", kind: longText, isRequired: true}
              - {key: neededBy, label: "Needed by", kind: date}
      - name: Catering
        area: catering
        team: Catering
        description: "Meals, allergens, kitchens."
        types:
          - name: "Meals or kitchen"
            fields:
              - {key: what, label: "What is it about?", kind: choice, isRequired: true, options: ["Menu", "Allergen", "Equipment", "Free school meals", "Something else"]}
              - {key: details, label: "Details", kind: longText, isRequired: true}
      - name: Insurance
        area: insuranceAndLegal
        team: Insurance and legal
        description: "Claims and cover; the risk protection arrangement."
        types:
          - name: "Claim"
            defaultPriority: high
            fields:
              - {key: happenedOn, label: "On which day?", kind: date, isRequired: true}
              - {key: what, label: "What happened?", kind: longText, isRequired: true}
              - {key: value, label: "Estimated loss", kind: money}
          - name: "Cover for an activity"
            fields:
              - {key: what, label: "What is planned?", kind: longText, isRequired: true}
              - {key: onDay, label: "On which day?", kind: date, isRequired: true}
      - name: Legal advice
        area: insuranceAndLegal
        team: Insurance and legal
        description: "Contracts, disputes, tribunals. Only the people named in a request see it."
        types:
          - name: "Legal question"
            defaultPriority: high
            fields:
              - {key: topic, label: "Topic", kind: choice, isRequired: true, options: ["Contract", "Employment", "Special educational needs tribunal", "Property", "Other"]}
              - {key: deadline, label: "Is there a deadline?", kind: date}
              - {key: question, label: "Question", kind: longText, isRequired: true}
      - name: Safeguarding advice and training
        area: safeguarding
        team: Safeguarding
        description: "Policies, training, audits, the single central record. Not concerns and not allegations: the forms say whom to tell."
        types:
          - name: "Training"
            guidance: "This form takes no concern about a child and no allegation against anybody who works with children. A child in danger now: 999. A concern about a child: your school's designated safeguarding lead at once, and where they say so the local authority's children's social care. An allegation against staff: your headteacher; against the headteacher: your chair of governors; against either, or where nobody is there: the local authority designated officer, within one working day. Source: Keeping children safe in education, part four."
            fields:
              - {key: who, label: "For whom?", kind: text, isRequired: true}
              - {key: howMany, label: "How many people?", kind: number, isRequired: true}
              - {key: byWhen, label: "By when?", kind: date}
          - name: "Policy, audit or single central record"
            guidance: "This form takes no concern about a child and no allegation against anybody who works with children. A child in danger now: 999. A concern about a child: your school's designated safeguarding lead at once, and where they say so the local authority's children's social care. An allegation against staff: your headteacher; against the headteacher: your chair of governors; against either, or where nobody is there: the local authority designated officer, within one working day. Source: Keeping children safe in education, part four."
            fields:
              - {key: question, label: "Question", kind: longText, isRequired: true, help: "No names of children, and none of staff."}
      - name: Improvement support
        area: schoolImprovement
        team: School improvement
        description: "Curriculum, assessment, teaching, inspection."
        types:
          - name: "Support for improvement"
            description: "Needs of a plan are recorded as needs; this is for all else."
            fields:
              - {key: topic, label: "What about?", kind: longText, isRequired: true}
              - {key: phase, label: "Phase", kind: multiChoice, isRequired: true, options: ["Early years", "Primary", "Secondary", "Sixteen plus"]}
          - name: "Inspection announced"
            defaultPriority: urgent
            checklist: ["Chief executive told", "Trust lead on the way", "Documents ready"]
            fields:
              - {key: from, label: "First day", kind: date, isRequired: true}
              - {key: kind, label: "Which inspection?", kind: choice, isRequired: true, options: ["Education", "Safeguarding", "Religious education"]}
    """#
