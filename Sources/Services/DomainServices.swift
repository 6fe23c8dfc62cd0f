package import Logging
package import Repositories

/// Every service of the domain over one store, made in one place for the program and for the tests.
package struct DomainServices: Sendable {
    package let store: Store
    package let trust: TrustService
    package let schools: SchoolService
    package let memberships: MembershipService
    package let overrides: OverrideService
    package let handOver: HandOverService
    package let stages: StageService
    package let people: PersonService
    package let peopleImport: PeopleImport
    package let appointments: AppointmentService
    package let absences: AbsenceService
    package let delegations: DelegationService
    package let leadership: LeadershipService
    package let inspections: InspectionService
    package let indicators: IndicatorService
    package let indicatorImport: IndicatorImport
    package let codes: CodeItemService
    package let academicYears: AcademicYearService
    package let terms: TermService
    package let calendarDays: CalendarDayService
    package let calendars: CalendarService
    package let bankHolidays: BankHolidayService
    package let termDates: TermDatesImport
    package let tokens: TokenService
    package let imports: ImportService
    package let frameworks: FrameworkService
    package let processes: KeyProcessService
    package let priorities: TrustPriorityService
    package let selfEvaluations: SelfEvaluationService
    package let cycles: CycleService
    package let activities: ActivityService
    package let retention: RetentionService
    package let personalData: PersonalDataService
    package let redactions: RedactionService
    package let subjectAccess: SubjectAccessService
    package let keptAnswers: KeptAnswerService
    package let audit: AuditService
    package let events: EventService
    package let webhooks: WebhookService
    package let webhookSender: WebhookSender
    package let plans: PlanService
    package let objectives: ObjectiveService
    package let planReviews: PlanReviewService
    package let findings: FindingService
    package let calendarFeeds: CalendarFeedService
    package let needs: NeedService
    package let offers: SupportOfferService
    package let deployments: DeploymentService
    package let timeEntries: TimeEntryService
    package let supportReports: SupportReports
    package let schoolImprovement: SchoolImprovementService
    package let files: FileService
    package let sharedResources: SharedResourceService
    package let resourceVersions: ResourceVersionService
    package let adoptions: AdoptionService
    package let resourceProposals: ResourceProposalService
    package let comments: CommentService
    package let resourceCollections: ResourceCollectionService
    package let sharingReports: SharingReports
    package let businessTeams: BusinessTeamService
    package let businessServices: BusinessServiceService
    package let requestTypes: RequestTypeService
    package let supportRequests: SupportRequestService
    package let requestMessages: RequestMessageService
    package let requestLinks: RequestLinkService
    package let requestTimeEntries: RequestTimeEntryService
    package let requestStatistics: RequestStatisticsService
    package let requestClockwork: SupportRequestClockwork
    package let health: HealthService

    /// - Parameters:
    ///   - directory: the data directory.
    ///   - eventRetention: how many days events and deletions are kept.
    ///   - webhookTransport: what carries webhooks.
    ///   - maximumFileBytes: of an uploaded file.
    ///   - limits: what one person or token may have.
    ///   - base: what addresses in events begin with: where the service is reached, empty where nobody says.
    package init(
        store: Store, directory: String, eventRetention: Int = EventService.usualRetentionDays,
        webhookTransport: any WebhookTransport = NoTransport(), maximumFileBytes: Int = FileService.usualMaximumBytes,
        limits: AccountLimits = AccountLimits(), base: String = "", logger: Logger
    ) {
        self.store = store
        trust = TrustService(store: store)
        schools = SchoolService(store: store)
        memberships = MembershipService(store: store)
        overrides = OverrideService(store: store)
        handOver = HandOverService(store: store)
        stages = StageService(store: store)
        people = PersonService(store: store)
        peopleImport = PeopleImport(store: store)
        appointments = AppointmentService(store: store)
        absences = AbsenceService(store: store)
        delegations = DelegationService(store: store)
        leadership = LeadershipService(store: store)
        inspections = InspectionService(store: store)
        indicators = IndicatorService(store: store)
        indicatorImport = IndicatorImport(store: store)
        codes = CodeItemService(store: store)
        academicYears = AcademicYearService(store: store)
        terms = TermService(store: store)
        calendarDays = CalendarDayService(store: store)
        calendars = CalendarService(store: store)
        bankHolidays = BankHolidayService(store: store)
        termDates = TermDatesImport(store: store)
        tokens = TokenService(store: store, perPerson: limits.tokensPerPerson)
        imports = ImportService(store: store, directory: directory, logger: logger)
        frameworks = FrameworkService(store: store)
        processes = KeyProcessService(store: store)
        priorities = TrustPriorityService(store: store)
        selfEvaluations = SelfEvaluationService(store: store)
        cycles = CycleService(store: store)
        activities = ActivityService(store: store)
        retention = RetentionService(store: store)
        personalData = PersonalDataService(store: store)
        redactions = RedactionService(store: store)
        subjectAccess = SubjectAccessService(store: store)
        keptAnswers = KeptAnswerService(store: store)
        audit = AuditService(store: store)
        events = EventService(store: store, retention: eventRetention, base: base)
        webhooks = WebhookService(store: store, transport: webhookTransport, base: base)
        webhookSender = WebhookSender(store: store, transport: webhookTransport, base: base, logger: logger)
        plans = PlanService(store: store)
        objectives = ObjectiveService(store: store)
        planReviews = PlanReviewService(store: store)
        findings = FindingService(store: store)
        calendarFeeds = CalendarFeedService(store: store)
        needs = NeedService(store: store)
        offers = SupportOfferService(store: store)
        deployments = DeploymentService(store: store)
        timeEntries = TimeEntryService(store: store)
        supportReports = SupportReports(store: store)
        schoolImprovement = SchoolImprovementService(store: store)
        files = FileService(
            store: store, maximumBytes: maximumFileBytes, unattachedBytes: max(limits.unattachedFileBytes, maximumFileBytes), logger: logger
        )
        sharedResources = SharedResourceService(store: store)
        resourceVersions = ResourceVersionService(store: store, files: files)
        adoptions = AdoptionService(store: store)
        resourceProposals = ResourceProposalService(store: store, versions: resourceVersions)
        comments = CommentService(store: store)
        resourceCollections = ResourceCollectionService(store: store)
        businessTeams = BusinessTeamService(store: store)
        businessServices = BusinessServiceService(store: store)
        requestTypes = RequestTypeService(store: store)
        supportRequests = SupportRequestService(store: store)
        requestMessages = RequestMessageService(store: store)
        requestLinks = RequestLinkService(store: store)
        requestTimeEntries = RequestTimeEntryService(store: store)
        requestStatistics = RequestStatisticsService(store: store)
        requestClockwork = SupportRequestClockwork(store: store, logger: logger)
        sharingReports = SharingReports(store: store)
        health = HealthService(store: store, dataDirectory: directory)
    }

    /// What exists from the first start on: the trust, if only as an empty record, and a retention rule for every kind of record.
    package func ensureDefaults() async throws {
        try await trust.ensureExists()
        try await retention.ensureExist()
    }
}

/// What one person, with all their tokens, or one token of nobody may have.
package struct AccountLimits: Sendable {
    /// Good at the same time.
    package var tokensPerPerson = TokenService.usualPerPerson
    /// Of files that nothing has yet; one file of the largest size at least.
    package var unattachedFileBytes = FileService.usualUnattachedBytes

    package init() {}
}
