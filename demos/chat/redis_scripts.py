"""What Redis does in one step. A script may run twice: the second time it changes nothing."""

from __future__ import annotations

#: Add messages in their order: a stream and a key for each id, what to keep, and the messages.
ADD_MESSAGES = """
local positions = {}
for i = 2, #KEYS do
  local position = redis.call('GET', KEYS[i])
  if not position then
    position = redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[1], '*', 'message', ARGV[i + 1])
    redis.call('SET', KEYS[i], position, 'EX', ARGV[2])
  end
  positions[i - 1] = position
end
return positions
"""

#: Say who is here and who has gone, and return who is here.
EXCHANGE_PEOPLE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
for _, gone in ipairs(cjson.decode(ARGV[3])) do redis.call('ZREM', KEYS[1], gone) end
for _, here in ipairs(cjson.decode(ARGV[2])) do redis.call('ZADD', KEYS[1], now + ARGV[1], here) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('EXPIRE', KEYS[1], ARGV[1])
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""
