import protobuf from "protobufjs";

/** The part of the published interface that following a channel needs; names and numbers are Salesforce's. */
const INTERFACE = `
syntax = "proto3";
package eventbus.v1;

service PubSub {
  rpc Subscribe (stream FetchRequest) returns (stream FetchResponse);
  rpc GetSchema (SchemaRequest) returns (SchemaInfo);
}

enum ReplayPreset {
  LATEST = 0;
  EARLIEST = 1;
  CUSTOM = 2;
}

message FetchRequest {
  string topic_name = 1;
  ReplayPreset replay_preset = 2;
  bytes replay_id = 3;
  int32 num_requested = 4;
}

message FetchResponse {
  repeated ConsumerEvent events = 1;
  bytes latest_replay_id = 2;
  string rpc_id = 3;
  int32 pending_num_requested = 4;
}

message ConsumerEvent {
  ProducerEvent event = 1;
  bytes replay_id = 2;
}

message ProducerEvent {
  string id = 1;
  string schema_id = 2;
  bytes payload = 3;
}

message SchemaRequest {
  string schema_id = 1;
}

message SchemaInfo {
  string schema_json = 1;
  string schema_id = 2;
  string rpc_id = 3;
}
`;

/** How one message travels; field names are in camel case on this side. */
export interface WireMessage {
  encode(message: object): Buffer;
  decode(bytes: Uint8Array): object;
}

const { root } = protobuf.parse(INTERFACE);

/** The messages of the interface. */
export const WIRE = {
  fetchRequest: wireMessage("FetchRequest"),
  fetchResponse: wireMessage("FetchResponse"),
  schemaRequest: wireMessage("SchemaRequest"),
  schemaInfo: wireMessage("SchemaInfo"),
} as const;

/** The paths of the calls. */
export const CALL = {
  subscribe: "/eventbus.v1.PubSub/Subscribe",
  getSchema: "/eventbus.v1.PubSub/GetSchema",
} as const;

function wireMessage(name: string): WireMessage {
  const type = root.lookupType(`eventbus.v1.${name}`);
  return {
    encode: (message) => Buffer.from(type.encode(type.fromObject(message)).finish()),
    decode: (bytes) => type.toObject(type.decode(bytes), { defaults: true, enums: String }),
  };
}
