// Made by generate.mjs from the schema and operations.graphql: not to be edited.
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** The fourth step. 就业服务 */
export type DeliverServiceInput = {
  /** The sender's id for this command: the same id sent again records nothing again, and gives the first answer. */
  commandId: string;
  /** Whom it is about. 人员 */
  personId: string;
  /** The day on which it happened; without it today. 发生日期 */
  effectiveOn?: string | null | undefined;
  /** The person's `version` that the sender has seen: refused when there is a newer one. */
  expectedVersion?: number | null | undefined;
  /** Which service. 服务类型 */
  service: ServiceType;
  /** Id of the provider. 服务机构 */
  provider?: string | null | undefined;
  /** Remarks. 备注 */
  remarks?: string | null | undefined;
};

/** 就业形式 Form of employment. */
export type EmploymentForm =
  /** 按比例就业 */
  | 'PROPORTIONAL_QUOTA'
  /** 集中就业 */
  | 'CONCENTRATED'
  /** 个体就业 */
  | 'SELF_EMPLOYED'
  /** 公益性岗位就业 */
  | 'PUBLIC_WELFARE_POST'
  /** 辅助性就业 */
  | 'SUPPORTED_AUXILIARY'
  /** 农村种养加 */
  | 'FARMING_PROCESSING'
  /** 灵活就业 */
  | 'FLEXIBLE';

/** Employed in some form, or not for some reason. 就业状况 */
export type EmploymentInput =
  {   /** Employed. 已就业 */
  employed: EmploymentForm; notEmployed?: never; }
  |  { employed?: never;   /** Not employed. 未就业 */
  notEmployed: NonEmploymentReason; };

/** Somebody enters the register. Refused with `ALREADY_ENROLLED` when the citizen number is known. 摸底登记 */
export type EnrolPersonInput = {
  /** The sender's id for this command: the same id sent again records nothing again, and gives the first answer. */
  commandId: string;
  /** Name. 姓名 */
  name: string;
  /** Certificate number. 残疾人证号 */
  certificate: string;
  /** Code of the county. 地区 */
  region: string;
  /** Where the entry comes from. 数据来源 */
  origin?: Origin;
  /** Employment on the day. 就业状况 */
  employment: EmploymentInput;
  /** Phone. 联系电话 */
  phone?: string | null | undefined;
  /** Address. 联系地址 */
  address?: string | null | undefined;
  /** The day on which the person entered the register; without it today. 登记日期 */
  effectiveOn?: string | null | undefined;
};

/** Which events. What is left out does not limit. 筛选条件 */
export type EventFilter = {
  /** Of one of these types. 事件类型 */
  types?: Array<EventType> | null | undefined;
  /** Of people who were in this region, as known when it was recorded. 地区 */
  region?: string | null | undefined;
  /** Of this person. 人员 */
  personId?: string | null | undefined;
  /** About one of these steps, also where it was tried and does not count. 步骤 */
  steps?: Array<Step> | null | undefined;
  /** Of what happened in the window of this plan, by its id. 方案 */
  plan?: string | null | undefined;
  /** Of what happened on this day or later. 发生日期起 */
  effectiveFrom?: string | null | undefined;
  /** Of what happened on this day or earlier. 发生日期止 */
  effectiveTo?: string | null | undefined;
  /** Of what was recorded at this moment or later. 记录时间起 */
  recordedFrom?: string | null | undefined;
  /** Of what was recorded before this moment: the next window begins with it. 记录时间止 */
  recordedBefore?: string | null | undefined;
};

/** 事件类型 What happened. */
export type EventType =
  /** 摸底登记 */
  | 'PERSON_ENROLLED'
  /** 信息更正 */
  | 'PERSON_CORRECTED'
  /** 换证 */
  | 'CERTIFICATE_REISSUED'
  /** 基础信息核对 */
  | 'INFO_VERIFIED'
  /** 核对未联系上 */
  | 'VERIFICATION_ATTEMPTED'
  /** 职业能力评估 */
  | 'ABILITY_ASSESSED'
  /** 拒绝评估 */
  | 'ASSESSMENT_DECLINED'
  /** 就业需求登记 */
  | 'DEMAND_REGISTERED'
  /** 就业服务 */
  | 'SERVICE_DELIVERED'
  /** 就业 */
  | 'EMPLOYMENT_STARTED'
  /** 离职 */
  | 'EMPLOYMENT_ENDED'
  /** 培训 */
  | 'TRAINING_COMPLETED'
  /** 迁移 */
  | 'PERSON_TRANSFERRED'
  /** 指派就业辅导员 */
  | 'COUNSELLOR_ASSIGNED'
  /** 退出 */
  | 'PERSON_LEFT'
  /** 恢复登记 */
  | 'PERSON_REINSTATED'
  /** 作废 */
  | 'RECORD_VOIDED'
  /** 申请删除 */
  | 'ERASURE_REQUESTED'
  /** 限制处理 */
  | 'DATA_RESTRICTED'
  /** 解除限制 */
  | 'RESTRICTION_LIFTED'
  /** 删除 */
  | 'DATA_ERASED'
  /** 申请指派就业辅导员 */
  | 'COUNSELLOR_REQUESTED'
  /** 未批准指派就业辅导员 */
  | 'COUNSELLOR_DECLINED'
  /** 申请角色 */
  | 'ROLE_REQUESTED'
  /** 授予角色 */
  | 'ROLE_GRANTED'
  /** 收回角色 */
  | 'ROLE_WITHDRAWN'
  /** 未批准角色 */
  | 'ROLE_DECLINED'
  /** 固定报表 */
  | 'REPORT_FROZEN'
  /** 存证末端 */
  | 'HEADS_COMMITTED';

/** 未就业主要原因 Main reason of not being employed. */
export type NonEmploymentReason =
  /** 在校学习 */
  | 'IN_SCHOOL'
  /** 退休 */
  | 'RETIRED'
  /** 无就业意愿 */
  | 'NO_WILLINGNESS'
  /** 无就业技能 */
  | 'NO_SKILLS'
  /** 丧失劳动能力 */
  | 'LOST_LABOUR_CAPACITY'
  /** 土地被征用 */
  | 'LAND_REQUISITIONED'
  /** 其他 */
  | 'OTHER';

/** 数据来源 Where an entry about the person's data comes from. */
export type Origin =
  /** 摸底调查 */
  | 'ROSTER'
  /** 机构登记 */
  | 'OFFICE'
  /** 工伤伤残职工 */
  | 'WORK_INJURY';

/** Which people. 筛选条件 */
export type PeopleFilter = {
  /** Code of the region in which they are registered; without it everywhere that whoever asks may see. 地区 */
  region?: string | null | undefined;
  /** Id of the plan that says who is in scope and what is missing; without it the one in force. 方案 */
  plan?: string | null | undefined;
  /** In scope, and lacking at least one of these steps; an empty list means any step. Longest waiting first. 缺少的环节 */
  missing?: Array<Step> | null | undefined;
  /** In scope on the day, or not. 在范围 */
  inScope?: boolean | null | undefined;
  /** Who has this counsellor. 就业辅导员 */
  counsellor?: string | null | undefined;
  /** In scope, and waiting since this day or longer. 等待起始 */
  waitingSince?: string | null | undefined;
};

/** 就业服务类型 Kind of employment service. */
export type ServiceType =
  /** 职业指导 */
  | 'CAREER_GUIDANCE'
  /** 岗位推荐 */
  | 'JOB_REFERRAL'
  /** 创业扶持 */
  | 'STARTUP_SUPPORT'
  /** 职业心理咨询 */
  | 'PSYCHOLOGICAL_COUNSELLING'
  /** 专场招聘 */
  | 'JOB_FAIR'
  /** 就业辅导 */
  | 'JOB_COACHING'
  /** 补贴申请 */
  | 'SUBSIDY_APPLICATION'
  /** 跟踪回访 */
  | 'FOLLOW_UP';

/** 四个一 The four steps, in the order of the plan's clause. */
export type Step =
  /** 基础信息核对 */
  | 'INFO_VERIFIED'
  /** 职业能力评估 */
  | 'ABILITY_ASSESSED'
  /** 就业需求登记 */
  | 'DEMAND_REGISTERED'
  /** 就业服务 */
  | 'SERVICE_DELIVERED';

export type PeopleQueryVariables = Exact<{
  filter?: PeopleFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
  minPosition?: string | null | undefined;
}>;


export type PeopleQuery = { people: { position: string, edges: Array<{ missing: Array<Step>, waitingSince: string | null, node: { id: string, version: number, maskedName: string | null, region: { name: string } | null } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type HeadQueryVariables = Exact<{ [key: string]: never; }>;


export type HeadQuery = { head: { position: string, today: string, synthetic: boolean } | null };

export type DeliverServiceMutationVariables = Exact<{
  input: DeliverServiceInput;
}>;


export type DeliverServiceMutation = { command:
    | { __typename: 'Recorded', position: string, alreadyRecorded: boolean, person: { id: string, version: number } | null }
    | { __typename: 'Rejected', code: string, message: string, field: string | null }
   | null };

export type EnrolPersonMutationVariables = Exact<{
  input: EnrolPersonInput;
}>;


export type EnrolPersonMutation = { command:
    | { __typename: 'Recorded', position: string, alreadyRecorded: boolean, person: { id: string, version: number } | null }
    | { __typename: 'Rejected', code: string, message: string, field: string | null }
   | null };

type Outcome_Recorded_Fragment = { __typename: 'Recorded', position: string, alreadyRecorded: boolean, person: { id: string, version: number } | null };

type Outcome_Rejected_Fragment = { __typename: 'Rejected', code: string, message: string, field: string | null };

export type OutcomeFragment =
  | Outcome_Recorded_Fragment
  | Outcome_Rejected_Fragment
;

export type EventsSubscriptionVariables = Exact<{
  after?: string | null | undefined;
  filter?: EventFilter | null | undefined;
}>;


export type EventsSubscription = { events: { position: string, type: EventType | null, label: string | null, personId: string | null, commandId: string | null, effectiveOn: string | null } };

export const OutcomeFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Outcome"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CommandResult"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recorded"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"alreadyRecorded"}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Rejected"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]} as unknown as DocumentNode<OutcomeFragment, unknown>;
export const PeopleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"People"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"PeopleFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"minPosition"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Position"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"people"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"minPosition"},"value":{"kind":"Variable","name":{"kind":"Name","value":"minPosition"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"edges"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"missing"}},{"kind":"Field","name":{"kind":"Name","value":"waitingSince"}},{"kind":"Field","name":{"kind":"Name","value":"node"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"maskedName"}},{"kind":"Field","name":{"kind":"Name","value":"region"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<PeopleQuery, PeopleQueryVariables>;
export const HeadDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Head"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"head"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"today"}},{"kind":"Field","name":{"kind":"Name","value":"synthetic"}}]}}]}}]} as unknown as DocumentNode<HeadQuery, HeadQueryVariables>;
export const DeliverServiceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeliverService"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeliverServiceInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"command"},"name":{"kind":"Name","value":"deliverService"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Outcome"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Outcome"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CommandResult"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recorded"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"alreadyRecorded"}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Rejected"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]} as unknown as DocumentNode<DeliverServiceMutation, DeliverServiceMutationVariables>;
export const EnrolPersonDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EnrolPerson"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EnrolPersonInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"command"},"name":{"kind":"Name","value":"enrolPerson"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Outcome"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Outcome"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CommandResult"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recorded"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"alreadyRecorded"}},{"kind":"Field","name":{"kind":"Name","value":"person"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}}]}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Rejected"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"field"}}]}}]}}]} as unknown as DocumentNode<EnrolPersonMutation, EnrolPersonMutationVariables>;
export const EventsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"Events"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Position"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"EventFilter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"events"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"personId"}},{"kind":"Field","name":{"kind":"Name","value":"commandId"}},{"kind":"Field","name":{"kind":"Name","value":"effectiveOn"}}]}}]}}]} as unknown as DocumentNode<EventsSubscription, EventsSubscriptionVariables>;
