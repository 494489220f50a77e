/**
 * Says by the facts of an appointment whether it may have a state now: a Lua function for scripts.
 *
 * `mayHave(facts, state, startAtMs)`: the script sets `nowMs` and `second` before; `startAtMs()` reads the exact start.
 * The answer is exact but within the second in which something changes, and where facts are missing: there it is yes.
 * It words anew, for facts, what `outlookOf` says of an appointment; a test holds the two against each other.
 */
export const STATE_JUDGE = `
local find, match, gmatch, sub, byte = string.find, string.match, string.gmatch, string.sub, string.byte
local RANKS = {['not-sent'] = 1, due = 2, planned = 3, sent = 4, opened = 5, done = 6}
local STATUSES = {scheduled = 'A', ['in-progress'] = 'I', completed = 'C', canceled = 'X'}
local MARKS = {waiting = '[WP]', sent = '[SOZ]', superseded = 'R', skipped = 'K'}
local LATE_AFTER = 30
local isUnsure, second, nowMs = false, 0, 0
local isOn, isCompleted

local function isPast(facts, at, after)
  local atSecond = tonumber(sub(facts, at, at + 5), 36) + after
  if atSecond == second then isUnsure = true end
  return second >= atSecond
end

local function isOver(facts)
  return isCompleted or isPast(facts, 2, 0)
end

-- What a rep's word says comes to; its first letter is at a place, if there is such a word.
local function beginOutlook(facts, at, startAtMs)
  local kind = at and sub(facts, at, at)
  if kind == 'O' then return isOver(facts) and 'done' or 'opened' end
  if kind == 'Z' then return 'sent' end
  if kind == 'N' then return 'not-sent' end
  if kind == 'Q' then return isOn and not isPast(facts, at + 1, 0) and 'due' or 'not-sent' end
  if isCompleted or not isOn then return 'not-sent' end
  if kind == 'P' then
    if isPast(facts, at + 7, 0) then return 'not-sent' end
    return isPast(facts, at + 1, LATE_AFTER) and 'due' or 'planned'
  end
  if isOver(facts) then return 'not-sent' end
  return nowMs < startAtMs() and 'planned' or 'due'
end

local function outlookOf(facts, startAtMs)
  local status = sub(facts, 1, 1)
  if status == 'X' then return 'canceled' end
  isOn, isCompleted = true, status == 'C'
  -- Most have one rep, and word that one: A......0 0P
  if byte(facts, 9) == 32 and byte(facts, 8) == byte(facts, 10) and not find(facts, ' ', 10, true) then
    return beginOutlook(facts, 11, startAtMs)
  end
  local most
  local function take(at)
    local one = beginOutlook(facts, at, startAtMs)
    if not most or RANKS[one] < RANKS[most] then most = one end
  end
  local names = match(facts, '^[%l%d,]+', 8)
  if names then
    for name in gmatch(names, '[^,]+') do
      local _, at = find(facts, ' ' .. name .. '%u')
      take(at)
    end
  else
    isOn = false
    for at in gmatch(facts, ' [%l%d]+()%u') do take(at) end
  end
  return most or (nowMs < startAtMs() and 'planned' or 'not-sent')
end

local function hasPromptState(facts, state)
  local mark = MARKS[state]
  if mark then return find(facts, mark) ~= nil end
  local isExpired = state == 'expired'
  if isExpired and find(facts, 'E', 1, true) then return true end
  if (isExpired or state == 'due') and find(facts, '[DQ]') then
    for at in gmatch(facts, '[DQ]()') do
      if isPast(facts, at, 0) == isExpired then return true end
    end
  end
  return false
end

local function mayHave(facts, state, startAtMs)
  local status = STATUSES[state]
  if find(facts, '?', 1, true) then return true end
  if status then return string.sub(facts, 1, 1) == status end
  if (state == 'opened' or state == 'done') and not find(facts, 'O', 1, true) then return false end
  isUnsure = false
  local isIt = hasPromptState(facts, state) or RANKS[state] and outlookOf(facts, startAtMs) == state
  return isIt or isUnsure
end
`;
